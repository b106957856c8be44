import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { failureStatus } from '../../src/api/status.ts';
import type { Lease } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { createLeaderElector, createLeaseKeeper, type LeaderElector } from '../../src/kube/lease.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { type FakeApi, faults, startFakeApi } from '../helpers/fake-api.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/ops/leases/controller';
const authority = createTestAuthority();
const BROKEN = faults.status(failureStatus('InternalError', 'broken'));

let api: FakeApi;
let client: KubeClient;
let clock: FakeClock;

beforeEach(async () => {
  api = await startFakeApi({ authority });
  client = createKubeClient(api.access);
  clock = new FakeClock();
});

afterEach(async () => {
  client.close();
  await api.close();
});

const lease = (): Lease | undefined => api.store.find(LEASE);
const holder = (): string | undefined => lease()?.spec?.holderIdentity;

/** Goes on with the fake clock, and lets the real HTTP requests in between finish. */
async function advanceUntil(done: () => boolean, stepMs = 500): Promise<void> {
  await eventually(async () => {
    if (!done()) await clock.advance(stepMs);
    return done();
  });
}

interface Candidate {
  readonly elector: LeaderElector;
  /** `begin` and `end` of each lead. */
  readonly log: string[];
  readonly ended: Promise<void>;
  stop(): void;
}

function contend(identity: string, work?: (signal: AbortSignal) => Promise<void>): Candidate {
  const abort = new AbortController();
  const log: string[] = [];
  const elector = createLeaderElector({ client, namespace: 'ops', name: 'controller', identity, clock, random: () => 0 });
  const untilLost = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const ended = elector.run(async (signal) => {
    log.push('begin');
    await (work ?? untilLost)(signal);
    log.push('end');
  }, abort.signal);
  return { elector, log, ended, stop: () => abort.abort(new Error('stopped')) };
}

describe('createLeaderElector', () => {
  it('creates the Lease, leads, renews, and releases it when it is stopped', async () => {
    const a = contend('a');
    await eventually(() => a.elector.isLeader);
    expect(lease()?.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0, renewTime: '2026-01-01T00:00:00.000000Z' });
    const version = lease()?.metadata.resourceVersion;
    await advanceUntil(() => lease()?.metadata.resourceVersion !== version);
    a.stop();
    await a.ended;
    expect([holder(), a.elector.isLeader, a.log]).toEqual(['', false, ['begin', 'end']]);
    expect(clock.pending).toBe(0);
  });

  it('a released Lease is taken at once; there is never more than one leader', async () => {
    const a = contend('a');
    await eventually(() => a.elector.isLeader);
    const b = contend('b');
    await eventually(() => b.elector.leader === 'a');
    expect(b.log).toEqual([]);
    a.stop();
    await a.ended;
    await advanceUntil(() => b.elector.isLeader);
    expect([holder(), lease()?.spec?.leaseTransitions]).toEqual(['b', 1]);
    b.stop();
    await b.ended;
  });

  it('takes over only after the Lease stood still for its duration by our own clock', async () => {
    // the dead holder's clock was an hour ahead; that must not matter
    api.store.set(LEASE, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'controller', namespace: 'ops' }, spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2026-01-01T01:00:00.000000Z' } } as Lease);
    const b = contend('b');
    await eventually(() => b.elector.leader === 'dead');
    const seen = clock.monotonic();
    await advanceUntil(() => b.elector.isLeader);
    expect(clock.monotonic() - seen).toBeGreaterThanOrEqual(15_000);
    b.stop();
    await b.ended;
  });

  it('gives the lead up when it cannot renew for the deadline, and contends again', async () => {
    const a = contend('a');
    await eventually(() => a.elector.isLeader);
    api.inject('get', BROKEN, 1_000);
    const lostFrom = clock.monotonic();
    await advanceUntil(() => a.log.includes('end'));
    expect(a.elector.isLeader).toBe(false);
    expect(clock.monotonic() - lostFrom).toBeGreaterThanOrEqual(10_000);
    api.heal();
    await advanceUntil(() => a.log.length === 3);
    expect(a.log).toEqual(['begin', 'end', 'begin']);
    a.stop();
    await a.ended;
  });

  it('loses the lead to whoever has taken the Lease', async () => {
    const a = contend('a');
    await eventually(() => a.elector.isLeader);
    const { spec, ...rest } = lease() as Lease;
    api.store.set(LEASE, { ...rest, spec: { ...spec, holderIdentity: 'usurper' } } as Lease);
    await advanceUntil(() => a.log.includes('end'));
    a.stop();
    await a.ended;
    expect(holder()).toBe('usurper'); // what is not ours is not released
  });

  it('releases and throws when the work throws, and returns when it returns', async () => {
    const broken = contend('a', () => Promise.reject(new Error('work failed')));
    await expect(broken.ended).rejects.toThrow('work failed');
    expect(holder()).toBe('');
    const done = contend('b', () => Promise.resolve());
    await done.ended;
    expect([holder(), done.log]).toEqual(['', ['begin', 'end']]);
  });

  it('refuses a deadline that is no shorter than the lease', () => {
    expect(() => createLeaderElector({ client, namespace: 'ops', name: 'x', identity: 'a', leaseDurationMs: 5_000, renewDeadlineMs: 5_000 })).toThrow(RangeError);
  });
});

describe('createLeaseKeeper', () => {
  const labels = { 'mcs.clusterset.local/member': 'west' };
  const keeper = () => createLeaseKeeper({ client, namespace: 'ops', name: 'controller', identity: 'pod-uid', labels, clock, random: () => 1 });

  it('creates a missing Lease, then renews with one request per interval', async () => {
    const kept = keeper();
    await kept.start(new AbortController().signal);
    await eventually(() => kept.lastRenewedAt !== undefined);
    expect(lease()).toMatchObject({ metadata: { labels }, spec: { holderIdentity: 'pod-uid', leaseDurationSeconds: 60, renewTime: '2026-01-01T00:00:00.000000Z' } });
    const before = api.requests.length;
    for (const seconds of [20, 40, 60]) {
      await eventually(() => clock.pending === 1);
      await clock.advance(20_000);
      await eventually(() => lease()?.spec?.renewTime === `2026-01-01T00:${seconds === 60 ? '01:00' : `00:${seconds}`}.000000Z`);
    }
    expect(api.requests.slice(before).map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'PATCH']);
    await kept.stop();
    expect([holder(), clock.pending]).toEqual(['pod-uid', 0]);
  });

  it('after a failure tries again with growing delays, and says so', async () => {
    api.inject('write', BROKEN, 3);
    const kept = keeper();
    await kept.start(new AbortController().signal);
    for (const delay of [1_000, 2_000, 4_000]) {
      await eventually(() => clock.pending === 1);
      expect(kept.lastError).toMatchObject({ code: 500 });
      const before = api.requests.length;
      await clock.advance(delay - 1);
      expect(api.requests).toHaveLength(before);
      await clock.advance(1);
      await eventually(() => api.requests.length > before);
    }
    await eventually(() => kept.lastRenewedAt !== undefined);
    expect(kept.lastError).toBeUndefined();
    await kept.stop();
  });

  it('a Lease of an earlier process is renewed with all its other fields kept', async () => {
    await client.create(resources.leases, { metadata: { name: 'controller', namespace: 'ops', annotations: { a: 'b' } }, spec: { holderIdentity: 'old', leaseTransitions: 4 } });
    const kept = keeper();
    await kept.start(new AbortController().signal);
    await eventually(() => holder() === 'pod-uid');
    expect(lease()).toMatchObject({ metadata: { annotations: { a: 'b' }, labels }, spec: { leaseTransitions: 4 } });
    await kept.stop();
  });
});
