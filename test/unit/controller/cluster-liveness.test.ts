import { describe, expect, it } from '@jest/globals';
import { ClusterLiveness } from '../../../src/controller/cluster-liveness.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const RENEW = 20_000;
const GRACE = 60_000;

interface Trial {
  readonly clock: FakeClock;
  readonly liveness: ClusterLiveness;
  readonly changes: string[];
  /** Lets time pass; the broker shows the own Lease every 20 s, and `alive` members renew theirs. */
  readonly pass: (ms: number, alive?: readonly string[], isBrokerThere?: boolean) => Promise<void>;
}

function trial(withdrawn: readonly string[] = []): Trial {
  const clock = new FakeClock();
  const changes: string[] = [];
  const liveness: ClusterLiveness = new ClusterLiveness({
    clock,
    graceMs: GRACE,
    evidenceMs: 1.5 * RENEW,
    withdrawn,
    onChange: (cluster) => changes.push(`${cluster} ${liveness.isServed(cluster) ? 'served' : 'withdrawn'}@${clock.monotonic() / 1_000}`),
  });
  const pass: Trial['pass'] = async (ms, alive = [], isBrokerThere = true) => {
    for (let left = ms; left > 0; left -= RENEW) {
      await clock.advance(Math.min(RENEW, left));
      if (!isBrokerThere) continue;
      for (const cluster of alive) liveness.observe(cluster, String(clock.monotonic()));
      liveness.observeBroker();
    }
  };
  liveness.observeBroker();
  return { clock, liveness, changes, pass };
}

describe('ClusterLiveness', () => {
  it('keeps serving a member whose Lease changes', async () => {
    const { liveness, changes, pass } = trial();
    liveness.observe('west', '0');
    await pass(600_000, ['west']);
    expect(liveness.isServed('west')).toBe(true);
    expect(changes).toEqual([]);
  });

  it('withdraws a member whose Lease stays unchanged for the grace period, and brings it back at once', async () => {
    const { liveness, changes, pass } = trial();
    liveness.observe('west', '0');
    await pass(40_000, ['west']);
    await pass(GRACE);
    expect(changes).toEqual(['west withdrawn@100']);
    liveness.observe('west', 'new');
    expect(changes).toEqual(['west withdrawn@100', 'west served@100']);
  });

  it('withdraws a member that never had a Lease after the grace period', async () => {
    const { liveness, changes, pass } = trial();
    expect(liveness.isServed('west')).toBe(true);
    await pass(GRACE);
    expect(changes).toEqual(['west withdrawn@60']);
  });

  it('withdraws nothing while the broker is away', async () => {
    const { liveness, changes, pass } = trial();
    liveness.observe('west', '0');
    await pass(600_000, [], false);
    expect(changes).toEqual([]);
    expect(liveness.isServed('west')).toBe(true);
  });

  it('gives everybody a new grace period when the broker is back', async () => {
    const { liveness, changes, pass } = trial();
    liveness.observe('west', '0');
    await pass(600_000, [], false);
    liveness.observeBroker();
    await pass(40_000);
    expect(changes).toEqual([]);
    await pass(20_000);
    expect(changes).toEqual(['west withdrawn@660']);
  });

  it('after a restart, served stays served for one grace period', async () => {
    const { liveness, changes, pass } = trial();
    liveness.observe('west', 'as before the restart');
    expect(liveness.isServed('west')).toBe(true);
    await pass(GRACE);
    expect(changes).toEqual(['west withdrawn@60']);
  });

  it('after a restart, withdrawn stays withdrawn until the Lease is seen to change', async () => {
    const { liveness, changes, pass } = trial(['west']);
    liveness.observe('west', 'as before the restart');
    await pass(30_000);
    expect(liveness.isServed('west')).toBe(false);
    liveness.observe('west', 'renewed');
    expect(changes).toEqual(['west served@30']);
  });

  it('takes a Lease that comes into being while watching for a sign of life', () => {
    const { liveness } = trial(['west']);
    liveness.observe('west', 'first', true);
    expect(liveness.isServed('west')).toBe(true);
  });

  it('leaves no timer behind', async () => {
    const { clock, liveness } = trial();
    liveness.observe('west', '0');
    liveness.stop();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });
});
