import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Exec } from '../../../../src/base/exec.ts';
import { createKernelNetwork, type KernelNetwork } from '../../../../src/gateway/apply/kernel-network.ts';
import { PeerMemory } from '../../../../src/gateway/apply/peer-memory.ts';
import type { WireguardState } from '../../../../src/gateway/apply/wireguard-state.ts';
import { CABLE_DEVICE, EMPTY_PLAN, type NetworkPlan } from '../../../../src/gateway/plan/types.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

const KEY = `${'A'.repeat(43)}=`;
const DAY = 86_400_000;

/** A clock whose wall time somebody sets. */
class JumpingClock extends FakeClock {
  jump = 0;
  override now(): number {
    return super.now() + this.jump;
  }
}

function stateOf(lastHandshake: number, received: number): WireguardState {
  return { privateKey: KEY, port: 4500, peers: new Map([[KEY, { endpoint: '192.0.2.9:4500', allowedIPs: [], lastHandshake, received, keepalive: '10' }]]) };
}

describe('PeerMemory', () => {
  it.each([{ jump: 0 }, { jump: DAY }, { jump: -DAY }])('calls a peer silent a minute after the last change, though the wall clock jumps by $jump ms', async ({ jump }) => {
    const clock = new JumpingClock();
    const memory = new PeerMemory(clock);
    memory.observe(stateOf(clock.now() / 1_000, 100));
    clock.jump = jump;
    await clock.advance(50_000);
    memory.observe(stateOf(0, 132));
    await clock.advance(60_000);
    memory.observe(stateOf(0, 132));
    expect(memory.isSilent(KEY)).toBe(false);
    await clock.advance(1);
    expect(memory.isSilent(KEY)).toBe(true);
    memory.observe(stateOf(0, 164));
    expect(memory.isSilent(KEY)).toBe(false);
  });

  it('knows nothing of a peer that it has not seen, and forgets one that is gone', async () => {
    const clock = new FakeClock();
    const memory = new PeerMemory(clock);
    expect(memory.isSilent(KEY)).toBe(false);
    memory.observe(stateOf(0, 0));
    memory.observe(undefined);
    await clock.advance(DAY);
    memory.observe(stateOf(0, 0));
    expect(memory.isSilent(KEY)).toBe(false);
  });
});

describe('createKernelNetwork with a peer that has moved', () => {
  const { signal } = new AbortController();

  function planAt(endpoint: string): NetworkPlan {
    return { ...EMPTY_PLAN, links: [{ kind: 'wireguard', name: CABLE_DEVICE, port: 4500, mtu: 1420 }], wireguard: { device: CABLE_DEVICE, privateKey: KEY, port: 4500, peers: [{ publicKey: KEY, endpoint, allowedIPs: ['10.2.0.0/16'] }] } };
  }

  /** A kernel in which a WireGuard device stands, with a live peer at an address of its own. */
  function start(): { network: KernelNetwork; configs: string[]; answers: { code: number } } {
    const configs: string[] = [];
    const answers = { code: 0 };
    const device = JSON.stringify([{ ifname: CABLE_DEVICE, flags: ['UP'], mtu: 1420, linkinfo: { info_kind: 'wireguard' } }]);
    const dump = `${KEY}\t${KEY}\t4500\toff\n${KEY}\t(none)\t192.0.2.9:4500\t10.2.0.0/16\t1\t1\t1\t10\n`;
    // an answer on a line for each question of a batch
    const answer = (questions: string): string => questions.trimEnd().split('\n').map((question) => (question.includes('link') ? device : '[]')).join('\n');
    const exec: Exec = (command, args, { input = '' } = {}) => {
      if (command === 'nft') return Promise.resolve({ stdout: '', stderr: '', code: 1 });
      if (command !== 'wg') return Promise.resolve({ stdout: answer(input), stderr: '', code: 0 });
      if (args.includes('dump')) return Promise.resolve({ stdout: dump, stderr: '', code: 0 });
      configs.push(/Endpoint = (\S+)/.exec(input)?.[1] ?? 'none');
      return Promise.resolve({ stdout: '', stderr: 'Unable to modify interface', code: answers.code });
    };
    const files = { read: () => Promise.resolve(undefined), write: () => Promise.resolve(true), remove: () => Promise.resolve() };
    return { network: createKernelNetwork({ exec, files, logger: silentLogger, clock: new FakeClock() }), configs, answers };
  }

  it('sets its new address again where wg has refused it, until it does not', async () => {
    const { network, configs, answers } = start();
    await network.apply(planAt('192.0.2.1:4500'), signal); // after a restart: where it is live, it stays
    expect(configs).toEqual([]);
    answers.code = 1;
    await expect(network.apply(planAt('192.0.2.2:4500'), signal)).rejects.toThrow('ended with 1');
    await expect(network.apply(planAt('192.0.2.2:4500'), signal)).rejects.toThrow('ended with 1');
    answers.code = 0;
    await network.apply(planAt('192.0.2.2:4500'), signal);
    await network.apply(planAt('192.0.2.2:4500'), signal);
    expect(configs).toEqual(['192.0.2.2:4500', '192.0.2.2:4500', '192.0.2.2:4500']);
  });
});
