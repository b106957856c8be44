import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { deployBroker, type FleetContext, join, leave, removeBroker } from '../../src/deployers/index.ts';
import { cuttingClient } from '../helpers/cutting-client.ts';
import { type DeployFleet, startFleet } from '../helpers/deploy-fleet.ts';

const LEAVE = { force: false, timeoutMs: 20_000 };
/** More writes than any of the three has. */
const LIMIT = 100;

let fleet: DeployFleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

/** The same context, cut off after so many writes to either cluster. */
function cutContext(context: FleetContext, writes: number): FleetContext {
  const cut = { left: writes, done: 0 };
  return { ...context, client: cuttingClient(context.client, cut), connect: (access) => cuttingClient(context.connect(access), cut) };
}

/** Cuts a run after its first write, its second, ... until it is no longer cut; `check` looks at each. */
async function cutEverywhere(run: (writes: number) => Promise<unknown>, check: () => Promise<void>): Promise<number> {
  for (let writes = 1; writes < LIMIT; writes += 1) {
    const wasCut = await run(writes).then(
      () => false,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'MCS_INTERRUPTED' });
        return true;
      },
    );
    await check();
    if (!wasCut) return writes;
  }
  throw new Error('It never ended');
}

describe('a run that is cut after any of its writes is completed by the next', () => {
  it('deployBroker()', async () => {
    const writes = await cutEverywhere(
      (count) => deployBroker(cutContext(fleet.context(0), count), fleet.brokerOptions()),
      async () => {
        await fleet.deployBroker();
        expect((await fleet.deployBroker()).isUnchanged).toBe(true);
        await removeBroker(fleet.context(0), { brokerNamespace: BROKER_NAMESPACE, ...LEAVE });
      },
    );
    expect(writes).toBeGreaterThan(10);
  });

  it('join()', async () => {
    await fleet.deployBroker();
    const stopDesk = await fleet.startDesk();
    const writes = await cutEverywhere(
      (count) => join(cutContext(fleet.context(1), count), fleet.joinOptions(1)),
      async () => {
        await fleet.join(1);
        expect((await fleet.join(1)).isUnchanged).toBe(true);
        await leave(fleet.context(1), LEAVE);
      },
    );
    expect(writes).toBeGreaterThan(15);
    await stopDesk();
  });

  it('leave()', async () => {
    await fleet.deployBroker();
    const stopDesk = await fleet.startDesk();
    await fleet.join(1);
    const writes = await cutEverywhere(
      (count) => leave(cutContext(fleet.context(1), count), LEAVE),
      async () => {
        expect((await leave(fleet.context(1), LEAVE)).leftovers).toEqual([]);
        expect((await leave(fleet.context(1), LEAVE)).isUnchanged).toBe(true);
        expect((await fleet.admin(0).list(resources.clusters, { namespace: BROKER_NAMESPACE })).items).toEqual([]);
        await fleet.join(1);
      },
    );
    expect(writes).toBeGreaterThan(15);
    await stopDesk();
  });
});
