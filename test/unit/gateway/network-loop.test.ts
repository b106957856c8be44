import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/log.ts';
import type { NodeNetwork } from '../../../src/gateway/apply/node-network.ts';
import { NetworkLoop } from '../../../src/gateway/network-loop.ts';
import { PathMemory } from '../../../src/gateway/path-memory.ts';
import { PathMtuKeeper } from '../../../src/gateway/path-mtu-keeper.ts';
import type { NetworkPlan, NetworkView } from '../../../src/gateway/plan/types.ts';
import type { GatewayPlatform } from '../../../src/gateway/platform.ts';
import { Remover } from '../../../src/gateway/remover.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const NETWORK: NodeNetwork = { uplinkMtu: 1500, sources: { IPv4: '10.1.0.1' } };
const VIEW: NetworkView = { nodeName: 'e1', nodes: [{ name: 'e1', addresses: ['10.0.0.1'], podCIDRs: [] }], gateway: 'e1', podCIDRs: ['10.1.0.0/16'], sources: {}, driver: 'vxlan', listenPort: 4500, uplinkMtu: 1500, remotes: [] };

interface FakePlatform extends GatewayPlatform {
  readonly applied: NetworkPlan[];
  readonly failures: Error[];
  kernelChange(): void;
}

function fakePlatform(): FakePlatform {
  const applied: NetworkPlan[] = [];
  const failures: Error[] = [];
  let notify: () => void = () => undefined;
  const work = (): Promise<{ commands: number; changes: string[] }> => {
    const failure = failures.shift();
    return failure === undefined ? Promise.resolve({ commands: 1, changes: ['link mcs-inner'] }) : Promise.reject(failure);
  };
  return {
    applied,
    failures,
    kernelChange: () => notify(),
    network: { apply: (plan) => { applied.push(plan); return work(); }, remove: work },
    readNode: () => Promise.resolve(NETWORK),
    checkHost: ({ isGateway }) => Promise.resolve(isGateway ? [{ reason: 'VxlanMissing', message: 'm', fix: 'f' }] : []),
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

  async function start(view: () => NetworkView | undefined): Promise<{ clock: FakeClock; platform: FakePlatform; loop: NetworkLoop; failed: () => number }> {
    const clock = new FakeClock();
    const platform = fakePlatform();
    let failed = 0;
    const metrics = { applied: () => undefined, applyFailed: () => { failed += 1; } };
    const question = (): { isGateway: boolean; listenPort: number; cniDelivers: boolean } => ({ isGateway: view()?.gateway === 'e1', listenPort: 4500, cniDelivers: true });
    const loop = new NetworkLoop({ clusterID: 'east', platform, view, question, metrics, onChange: () => undefined, clock, logger: silentLogger });
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

describe('PathMtuKeeper', () => {
  it('measures when asked and every ten minutes, keeps what it found, and forgets paths that are gone', async () => {
    const clock = new FakeClock();
    const answers: (number | undefined)[] = [1400, undefined, 1300];
    let changes = 0;
    const target = (name: string) => (name === 'none' ? undefined : { source: 'a', target: 'b', max: 1450, driver: 'vxlan' as const, endpoint: 'c' });
    const keeper = new PathMtuKeeper({ measure: () => Promise.resolve(answers.shift()), target, remembered: (name) => (name === 'old' ? 1234 : undefined), onChange: () => { changes += 1; }, clock, logger: silentLogger });
    await keeper.start(new AbortController().signal);
    keeper.measure('none');
    keeper.measure('west');
    await clock.advance(10);
    expect([keeper.find('west'), keeper.find('none'), keeper.find('old'), changes]).toEqual([1400, undefined, 1234, 1]);
    await clock.advance(10 * 60_000);
    expect([keeper.find('west'), changes]).toEqual([1400, 1]);
    await clock.advance(10 * 60_000);
    expect([keeper.find('west'), changes]).toEqual([1300, 2]);
    keeper.keepOnly(new Set());
    expect([keeper.find('west'), clock.pending]).toEqual([undefined, 0]);
    await keeper.stop();
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
