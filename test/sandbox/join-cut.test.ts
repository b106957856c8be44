import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { deployBroker, type FleetContext, join, leave } from '../../src/deployers/index.ts';
import { cuttingClient } from '../helpers/cutting-client.ts';
import { type DeployFleet, startFleet } from '../helpers/deploy-fleet.ts';

const LEAVE = { force: false, timeoutMs: 20_000 };
/** More runs than any of the three needs. */
const LIMIT = 100;
const SLOW = 120_000;

let fleet: DeployFleet;
let stopDesk = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

/** The same context, cut off after so many writes to either cluster. */
function cutContext(context: FleetContext, writes: number): FleetContext {
  const cut = { left: writes, done: 0 };
  return { ...context, client: cuttingClient(context.client, cut), connect: (access) => cuttingClient(context.connect(access), cut) };
}

/**
 * Runs again and again, each time cut off after one, two or three writes, until a run ends by
 * itself; each next run has to go on from there. Not always one, because an answer (a token, say)
 * dies with the run that asked for it, and has to be kept by a second write. From the three values of
 * `first` together, there is a cut after every write. Gives the number of cuts.
 */
async function runInPieces(run: (context: FleetContext) => Promise<unknown>, index: number, first: number): Promise<number> {
  for (let cuts = 0; cuts < LIMIT; cuts += 1) {
    try {
      await run(cutContext(fleet.context(index), 1 + ((first + cuts) % 3)));
      return cuts;
    } catch (error) {
      expect(error).toMatchObject({ code: 'MCS_INTERRUPTED' });
    }
  }
  throw new Error('It never ended');
}

describe('a run that is cut after any of its writes is completed by the next', () => {
  it('deployBroker()', async () => {
    expect(await runInPieces((context) => deployBroker(context, fleet.brokerOptions()), 0, 0)).toBeGreaterThanOrEqual(7);
    expect((await fleet.deployBroker()).isUnchanged).toBe(true);
  }, SLOW);

  it.each([0, 1, 2])('join(), then leave() (first cut after write %d + 1)', async (first) => {
    await stopDesk();
    stopDesk = await fleet.startDesk();
    const used = await countUses();
    expect(await runInPieces((context) => join(context, fleet.joinOptions(1)), 1, first)).toBeGreaterThan(10);
    expect((await fleet.join(1)).isUnchanged).toBe(true);
    expect(await countUses()).toBe(used + 1); // however often it asked, it is one cluster

    expect(await runInPieces((context) => leave(context, LEAVE), 1, first)).toBeGreaterThan(8);
    expect(await leave(fleet.context(1), LEAVE)).toMatchObject({ isUnchanged: true, leftovers: [] });
    expect((await fleet.admin(0).list(resources.clusters, { namespace: BROKER_NAMESPACE })).items).toEqual([]);
  }, SLOW);
});

/** Uses of the join tokens that the desk has counted. */
async function countUses(): Promise<number> {
  const { items } = await fleet.admin(0).list(resources.secrets, { namespace: BROKER_NAMESPACE, labelSelector: 'mcs.clusterset.local/join-token-id' });
  return items.flatMap(({ data }) => JSON.parse(Buffer.from(data?.uses ?? '', 'base64').toString()) as unknown[]).length;
}
