import { describe, expect, it } from '@jest/globals';
import { GATEWAY_LEASE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { GatewayRole } from '../../../src/gateway/role.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const NS = 'submariner-operator';

/** Candidates on one API server, each of which can lose its way to it. */
function contest(seed = 0): { clock: FakeClock; role(identity: string): { role: GatewayRole; cut(isCut: boolean): void; changes: string[] }; holder(): Promise<string | undefined>; signal: AbortSignal } {
  const clock = new FakeClock();
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const api = createMemoryClient({ now: () => clock.now() });
  return {
    clock,
    signal: new AbortController().signal,
    holder: async () => (await api.find(resources.leases, GATEWAY_LEASE, NS))?.spec?.holderIdentity,
    role: (identity) => {
      let isCut = false;
      const guard = <T>(call: () => Promise<T>): Promise<T> => (isCut ? Promise.reject(new Error('no route to host')) : call());
      const client = { ...api, find: (...args: Parameters<KubeClient['find']>) => guard(() => api.find(...args)), create: (...args: Parameters<KubeClient['create']>) => guard(() => api.create(...args)), update: (...args: Parameters<KubeClient['update']>) => guard(() => api.update(...args)) } as KubeClient;
      const changes: string[] = [];
      const role: GatewayRole = new GatewayRole({ client, random, namespace: NS, identity, onChange: () => changes.push(role.isConfirmed ? 'confirmed' : role.isActive ? 'active' : 'passive'), clock, logger: silentLogger });
      return { role, changes, cut: (value) => { isCut = value; } };
    },
  };
}

describe('GatewayRole', () => {
  it('one candidate is active; when it is gone without a word, the other one is within 5 s', async () => {
    const { clock, role, signal } = contest();
    const [a, b] = [role('a'), role('b')];
    a.role.contend(signal);
    await clock.advance(10);
    b.role.contend(signal);
    await clock.advance(10_000);
    expect([a.role.isActive, a.role.isConfirmed, b.role.isActive, b.role.isCandidate]).toEqual([true, true, false, true]);
    a.cut(true);
    await clock.advance(4_200);
    expect(b.role.isConfirmed).toBe(true);
    expect(b.changes).toEqual(['confirmed']);
  });

  it('a gateway without its API server stays active until it sees another holder, and is not sure meanwhile', async () => {
    const { clock, role, signal } = contest();
    const [a, b] = [role('a'), role('b')];
    a.role.contend(signal);
    await clock.advance(10);
    a.cut(true);
    await clock.advance(60_000);
    expect([a.role.isActive, a.role.isConfirmed]).toEqual([true, false]);
    b.role.contend(signal);
    await clock.advance(10_000);
    expect([a.role.isActive, b.role.isActive]).toEqual([true, true]);
    a.cut(false);
    await clock.advance(1_000);
    expect([a.role.isActive, a.role.isConfirmed, b.role.isConfirmed]).toEqual([false, false, true]);
    expect(a.changes).toEqual(['confirmed', 'active', 'passive']);
  });

  it('an outage that nobody used changes nothing', async () => {
    const { clock, role, signal } = contest();
    const a = role('a');
    a.role.contend(signal);
    await clock.advance(10);
    a.cut(true);
    await clock.advance(60_000);
    a.cut(false);
    await clock.advance(2_000);
    expect([a.role.isActive, a.changes]).toEqual([true, ['confirmed', 'active', 'confirmed']]);
  });

  it.each([1_000, 2_500, 4_000, 60_000])('an outage of %i ms for all leaves the gateway where it is', async (ms) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { clock, role, holder, signal } = contest(seed);
      const all = [role('a'), role('b')] as const;
      const [a, b] = all;
      a.role.contend(signal);
      await clock.advance(10);
      b.role.contend(signal);
      await clock.advance(5_000 + seed * 37);
      for (const { cut } of all) cut(true);
      await clock.advance(ms);
      for (const { cut } of all) cut(false);
      await clock.advance(5_000);
      expect([seed, await holder(), a.role.isConfirmed, b.changes]).toEqual([seed, 'a', true, []]);
    }
  });

  it('withdraw releases the Lease, and a standby takes over at once', async () => {
    const { clock, role, holder, signal } = contest();
    const [a, b] = [role('a'), role('b')];
    a.role.contend(signal);
    await clock.advance(10);
    b.role.contend(signal);
    await clock.advance(2_000);
    const withdrawn = a.role.withdraw();
    await clock.advance(500);
    await withdrawn;
    expect([a.role.isActive, a.role.isCandidate, b.role.isConfirmed, await holder()]).toEqual([false, false, true, 'b']);
  });
});
