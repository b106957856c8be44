import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/log.ts';
import type { NodeNetwork } from '../../../src/gateway/apply/node-network.ts';
import { NetworkLoop } from '../../../src/gateway/network-loop.ts';
import { PathMemory } from '../../../src/gateway/path-memory.ts';
import type { NetworkPlan, NetworkView } from '../../../src/gateway/plan/types.ts';
import type { GatewayPlatform } from '../../../src/gateway/platform.ts';
import { Remover } from '../../../src/gateway/remover.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const NETWORK: NodeNetwork = { uplinkMtu: 1500, sources: { IPv4: '10.1.0.1' } };
const VIEW: NetworkView = { nodeName: 'e1', nodes: [{ name: 'e1', addresses: ['10.0.0.1'], podCIDRs: [] }], gateway: 'e1', podCIDRs: ['10.1.0.0/16'], sources: {}, driver: 'vxlan', listenPort: 4500, uplinkMtu: 1500, remotes: [] };

interface FakePlatform extends GatewayPlatform {
  readonly applied: NetworkPlan[];
  readonly failures: Error[];
  /** Addresses that the node was read with. */
  readonly read: (string | undefined)[];
  /** What happened, in order. */
  readonly log: string[];
  /** Waited for by checks and by passes. */
  readonly gates: { check: Promise<void>; apply: Promise<void> };
  kernelChange(): void;
}

function fakePlatform(): FakePlatform {
  const applied: NetworkPlan[] = [];
  const failures: Error[] = [];
  const read: (string | undefined)[] = [];
  const log: string[] = [];
  const gates = { check: Promise.resolve(), apply: Promise.resolve() };
  let notify: () => void = () => undefined;
  const work = async (): Promise<{ commands: number; changes: string[] }> => {
    log.push('apply');
    await gates.apply;
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return { commands: 1, changes: ['link mcs-inner'] };
  };
  const aborted = (signal: AbortSignal): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
  return {
    applied,
    failures,
    read,
    log,
    gates,
    kernelChange: () => notify(),
    network: { apply: (plan) => { applied.push(plan); return work(); }, remove: work },
    readNode: (address) => {
      read.push(address);
      return Promise.resolve(NETWORK);
    },
    checkHost: async ({ isGateway }, signal) => {
      log.push('check');
      await Promise.race([gates.check, aborted(signal)]);
      return isGateway ? [{ reason: 'VxlanMissing', message: 'm', fix: 'f' }] : [];
    },
    measurePathMtu: () => Promise.resolve(undefined),
    watch: (onChange) => {
      notify = onChange;
      return { name: 'watch', start: () => Promise.resolve(), stop: () => Promise.resolve() };
    },
  };
}

describe('NetworkLoop', () => {
  const { signal } = new AbortController();
  const loops: NetworkLoop[] = [];
  afterEach(async () => {
    for (const loop of loops.splice(0)) await loop.stop();
  });

  async function start(view: () => NetworkView | undefined, { address = () => '10.0.0.1', platform = fakePlatform() }: { address?: () => string | undefined; platform?: FakePlatform } = {}): Promise<{ clock: FakeClock; platform: FakePlatform; loop: NetworkLoop; failed: () => number }> {
    const clock = new FakeClock();
    let failed = 0;
    const metrics = { applied: () => undefined, applyFailed: () => { failed += 1; } };
    const question = (): { isGateway: boolean; listenPort: number; cniDelivers: boolean } => ({ isGateway: view()?.gateway === 'e1', listenPort: 4500, cniDelivers: true });
    const loop = new NetworkLoop({ clusterID: 'east', platform, view, question, address, metrics, onChange: () => undefined, clock, logger: silentLogger });
    loops.push(loop);
    await loop.start(signal);
    await clock.advance(0);
    return { clock, platform, loop, failed: () => failed };
  }

  it('changes nothing while nothing is known', async () => {
    const { platform, loop } = await start(() => undefined);
    expect(platform.applied).toEqual([]);
    expect(loop.network).toEqual(NETWORK);
    expect(loop.state.applied).toBeUndefined();
  });

  it('applies a view once, another view again, and the same one after a change in the kernel', async () => {
    let view = VIEW;
    const { clock, loop, platform } = await start(() => view);
    expect(platform.applied).toHaveLength(1);
    expect(loop.state).toMatchObject({ applied: { isDone: true }, hostProblems: [{ reason: 'VxlanMissing' }] });
    loop.request();
    await clock.advance(10);
    expect(platform.applied).toHaveLength(1);
    view = { ...VIEW, listenPort: 4600 };
    loop.request();
    await clock.advance(10);
    expect(platform.applied).toHaveLength(2);
    platform.kernelChange();
    await clock.advance(10);
    expect(platform.applied).toHaveLength(3);
  });

  it('tries again after a failure, tells it meanwhile, and gathers requests', async () => {
    const { clock, failed, loop, platform } = await start(() => VIEW);
    platform.failures.push(new Error('nft: no such file'), new Error('nft: no such file'));
    platform.kernelChange();
    for (let count = 0; count < 5; count += 1) loop.request();
    await clock.advance(10);
    expect(loop.state.applied).toEqual({ isDone: false, message: 'nft: no such file' });
    await clock.advance(5_000);
    expect(loop.state.applied).toEqual({ isDone: true, message: '' });
    expect([failed(), platform.applied.length]).toEqual([2, 4]);
  });

  it('reads the node again when its address is another one', async () => {
    const node: { address?: string } = {};
    const { clock, loop, platform } = await start(() => VIEW, { address: () => node.address });
    node.address = '10.0.0.7';
    for (let count = 0; count < 3; count += 1) {
      loop.request();
      await clock.advance(10);
    }
    expect(platform.read).toEqual([undefined, '10.0.0.7']);
  });

  it('applies first and looks at the node then, also where the apply has failed', async () => {
    const platform = fakePlatform();
    platform.failures.push(new Error('Unknown device type'));
    const { clock, loop } = await start(() => VIEW, { platform });
    expect(platform.log).toEqual(['apply', 'check']);
    expect(loop.state).toMatchObject({ applied: { isDone: false }, hostProblems: [{ reason: 'VxlanMissing' }] });
    await clock.advance(5_000);
    expect([platform.log.slice(2), loop.state.applied?.isDone]).toEqual([['apply', 'check'], true]);
  });

  it('does not wait for a look at the node that takes long, and drops it where it changes something', async () => {
    let view = VIEW;
    const platform = fakePlatform();
    platform.gates.check = new Promise(() => undefined);
    const { clock, loop } = await start(() => view, { platform });
    expect([platform.log, loop.state.hostProblems]).toEqual([['apply', 'check'], undefined]);
    platform.gates.check = Promise.resolve();
    view = { ...VIEW, listenPort: 4600 };
    loop.request();
    await clock.advance(10);
    expect(platform.log).toEqual(['apply', 'check', 'apply', 'check']);
    expect(loop.state).toMatchObject({ applied: { isDone: true }, hostProblems: [{ reason: 'VxlanMissing' }] });
  });

  it('looks at the node every minute, and at once where its part is another one', async () => {
    let view = VIEW;
    const { clock, loop, platform } = await start(() => view);
    const ask = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      loop.request();
      await clock.advance(0);
      return platform.log.filter((text) => text === 'check').length;
    };
    expect([await ask(59_000), await ask(2_000), await ask(10)]).toEqual([1, 2, 2]);
    view = { ...VIEW, gateway: 'e2' };
    expect([await ask(10), loop.state.hostProblems]).toEqual([3, []]);
  });

  it('is not done while a pass hangs for more than a minute', async () => {
    const { clock, loop, platform } = await start(() => VIEW);
    let release = (): void => undefined;
    platform.gates.apply = new Promise((resolve) => { release = resolve; });
    platform.kernelChange();
    await clock.advance(60_000);
    expect(loop.state.applied).toEqual({ isDone: true, message: '' });
    await clock.advance(1);
    expect(loop.state.applied).toEqual({ isDone: false, message: 'A pass over the network of the node has not ended for more than 60 s' });
    release();
    await clock.advance(0);
    expect(loop.state.applied).toEqual({ isDone: true, message: '' });
  });
});

describe('Remover', () => {
  it('is ready when nothing is left, and tries again until then', async () => {
    const clock = new FakeClock();
    const platform = fakePlatform();
    platform.failures.push(new Error('device busy'));
    const remover = new Remover(platform, clock, silentLogger);
    await remover.start(new AbortController().signal);
    await clock.advance(0);
    expect(remover.readiness()).toEqual({ isMet: false, detail: 'device busy' });
    await clock.advance(1_000);
    expect(remover.readiness()).toMatchObject({ isMet: true });
    await remover.stop();
  });
});

describe('PathMemory', () => {
  it('remembers over restarts, and takes nothing from a file that is spoilt', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mcs-memory-'));
    const file = join(folder, 'deep/paths.json');
    try {
      const memory = new PathMemory(file, silentLogger);
      await memory.load();
      await memory.save(new Map([['west', { address: '1.2.3.4', pathMtu: 1400 }]]));
      const next = new PathMemory(file, silentLogger);
      await next.load();
      expect([next.get('west'), next.get('north')]).toEqual([{ address: '1.2.3.4', pathMtu: 1400 }, {}]);
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ west: { address: '1.2.3.4', pathMtu: 1400 } });
      await writeFile(file, '{"west":{"pathMtu":"x"},"north":{"pathMtu":1300}}');
      await next.load();
      expect([next.get('west'), next.get('north')]).toEqual([{}, { pathMtu: 1300 }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('NetworkLoop onPass', () => {
  it('is told of each view after its pass, of one that failed too', async () => {
    const clock = new FakeClock();
    const platform = fakePlatform();
    platform.failures.push(new Error('no nft'));
    const passed: string[] = [];
    const onPass = ({ gateway = '' }: NetworkView): void => void passed.push(`${gateway} after ${platform.applied.length}`);
    const loop = new NetworkLoop({ clusterID: 'east', platform, view: () => VIEW, question: () => ({ isGateway: true, listenPort: 4500, cniDelivers: true }), address: () => '10.0.0.1', metrics: { applied: () => undefined, applyFailed: () => undefined }, onChange: () => undefined, onPass, clock, logger: silentLogger });
    await loop.start(new AbortController().signal);
    await clock.advance(0);
    expect(passed).toEqual(['e1 after 1']);
    await clock.advance(1_000);
    expect(passed).toEqual(['e1 after 1', 'e1 after 2']);
    await loop.stop();
  });
});
