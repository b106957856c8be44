import { afterEach, describe, expect, it } from '@jest/globals';
import { measurePathMtu } from '../../src/gateway/apply/measure-path-mtu.ts';
import { readNodeNetwork } from '../../src/gateway/apply/node-network.ts';
import { createKernelWatch } from '../../src/gateway/apply/watch-kernel.ts';
import { silentLogger } from '../../src/base/log.ts';
import { eventually } from '../helpers/eventually.ts';
import { applyAll, createKeys, createScene, DEFAULT_PORT, type Driver, planOf, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { askEcho, ping, serveEcho } from '../helpers/net-talk.ts';

const { signal } = new AbortController();
let scene: Scene;
afterEach(() => scene.stop());

async function build(mtu: number): Promise<{ a: TestNode; worker: TestNode; b: TestNode; keys: Map<string, Awaited<ReturnType<typeof createKeys>>> }> {
  scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'], mtu }, { id: 'b', octet: 2, addresses: ['192.168.1.5'], mtu }]);
  const [[a, worker], [b]] = scene.clusters.map(({ nodes }) => nodes) as [[TestNode, TestNode], [TestNode]];
  await serveEcho(b.pod);
  const keys = new Map(await Promise.all(scene.clusters.map(async ({ id }) => [id, await createKeys(scene.wan)] as const)));
  return { a, worker, b, keys };
}

/** The router passes nothing larger on towards an address. */
function narrow(address: string, mtu: number): void {
  scene.wan.sh(`set -- $(ip route show ${address}); ip route replace ${address} dev $3 mtu lock ${mtu}`);
}

describe('a path that is narrower than the interfaces', () => {
  it.each<{ driver: Driver; max: number; expected: number }>([{ driver: 'vxlan', max: 8950, expected: 1350 }, { driver: 'wireguard', max: 8940, expected: 1340 }])('is measured, and carries TCP then: $driver', async ({ driver, max, expected }) => {
    const { a, worker, b, keys } = await build(9000);
    narrow(a.address, 1400);
    narrow(b.address, 1400);
    const { uplinkMtu, sources } = await readNodeNetwork(a.netns.exec, { podCIDRs: scene.clusters[0]!.podCIDRs, address: a.address }, signal);
    expect({ uplinkMtu, sources }).toEqual({ uplinkMtu: 9000, sources: a.sources });
    await applyAll(scene, { driver, keys, uplinkMtu });
    const options = { source: a.sources.IPv4, target: b.sources.IPv4, max, driver, endpoint: b.address };
    const pathMtu = await measurePathMtu(a.netns.exec, options, signal);
    expect(pathMtu).toBe(expected);
    await applyAll(scene, { driver, keys, uplinkMtu, pathMtu: expected });
    expect(await askEcho(worker.pod, b.podAddresses[0]!, 2_000_000)).toBe(worker.podAddresses[0]);
    // wider again: the route's own limit does not hide it
    narrow(a.address, 9000);
    narrow(b.address, 9000);
    a.netns.sh('ip route flush cache');
    b.netns.sh('ip route flush cache');
    expect(await measurePathMtu(a.netns.exec, options, signal)).toBe(max);
  });

  it('is undefined where nobody answers', async () => {
    const { a, b } = await build(1500);
    await applyAll(scene, { driver: 'vxlan' });
    b.netns.sh('ip link set mcs-cable down');
    expect(await measurePathMtu(a.netns.exec, { source: a.sources.IPv4, target: b.sources.IPv4, max: 1450, driver: 'vxlan', endpoint: b.address }, signal)).toBeUndefined();
  });
});

/** How many entries lead to other nodes. */
function sizeOf({ netns }: TestNode): Record<string, number> {
  const commands = ['ip neigh show nud permanent', 'ip -6 neigh show nud permanent', 'bridge fdb show dev mcs-inner', 'bridge fdb show dev mcs-cable 2>/dev/null || true', 'ip route show table 4500'];
  return Object.fromEntries(commands.map((command) => [command, netns.sh(command).split('\n').length]));
}

describe('a gateway with a new address', () => {
  it.each<Driver>(['vxlan', 'wireguard'])('is reached there, and nothing of the old one stays: %s', async (driver) => {
    const { a, worker, b, keys } = await build(1500);
    await applyAll(scene, { driver, keys });
    expect(await ping(worker.pod, b.podAddresses[0]!)).toBe(1);
    const before = sizeOf(a);
    b.netns.sh('ip address add 192.168.1.77/32 dev eth0; ip route replace default via 169.254.1.1 dev eth0 onlink src 192.168.1.77; ip address del 192.168.1.5/32 dev eth0');
    scene.wan.sh('set -- $(ip route show 192.168.1.5); ip route add 192.168.1.77/32 dev $3; ip route del 192.168.1.5');
    b.address = '192.168.1.77';
    await applyAll(scene, { driver, keys });
    expect(await ping(worker.pod, b.podAddresses[0]!)).toBe(1);
    expect(await ping(b.pod, worker.podAddresses[0]!)).toBe(1);
    const held = a.netns.sh('bridge fdb show; ip neigh show; ip route show table all') + (driver === 'wireguard' ? (await a.netns.exec('wg', ['show', 'mcs-cable', 'dump'])).stdout : '');
    expect(held).not.toMatch(/192\.168\.1\.5\b/);
    expect(held).toMatch(/192\.168\.1\.77\b/);
    expect(sizeOf(a)).toEqual(before);
  });
});

describe('a standby that takes over with the same WireGuard key', () => {
  it('is followed by the other side before its plan changes, and not sent back by a pass', async () => {
    const { worker, a, b, keys } = await build(1500);
    await applyAll(scene, { driver: 'wireguard', keys });
    expect(await ping(a.pod, b.podAddresses[0]!)).toBe(1);
    const other = await b.netns.exec('wg', ['show', 'mcs-cable', 'dump']);
    expect(other.stdout).toContain(`${a.address}:${DEFAULT_PORT}`);
    a.netns.sh('ip link set eth0 down');
    const cluster = scene.clusters[0]!;
    cluster.gateway = worker.name;
    await worker.network.apply(planOf(scene, cluster, worker, { driver: 'wireguard', keys }), signal);
    await eventually(async () => (await ping(worker.pod, b.podAddresses[0]!)) === 1);
    cluster.gateway = a.name;
    const stale = planOf(scene, scene.clusters[1]!, b, { driver: 'wireguard', keys });
    expect(await b.network.apply(stale, signal)).toEqual({ commands: 0, changes: [] });
    expect(await ping(worker.pod, b.podAddresses[0]!)).toBe(1);
  });
});

describe('createKernelWatch', () => {
  it('tells of changes to what is ours, and goes on when its monitors die', async () => {
    const { a } = await build(1500);
    await applyAll(scene, { driver: 'vxlan' });
    let calls = 0;
    const watch = createKernelWatch({ follow: a.netns.follow, logger: silentLogger, onChange: () => { calls += 1; }, debounceMs: 20, intervalMs: 3_600_000 });
    await watch.start(signal);
    const isToldOf = async (damage: string): Promise<void> => {
      const before = calls;
      await eventually(() => {
        a.netns.sh(damage);
        return calls > before;
      }, { everyMs: 200 });
    };
    await isToldOf('ip link set mcs-inner mtu 1400; ip link set mcs-inner mtu 1401');
    await isToldOf('ip route add 10.77.0.0/16 dev mcs-inner table 4500; ip route del 10.77.0.0/16 table 4500');
    await isToldOf('ip rule add priority 4502 table 4500; ip rule del priority 4502');
    await isToldOf('nft add table ip mcs; nft delete table ip mcs');
    a.netns.sh('for p in $(ip netns pids $(ip netns identify $$)); do case "$(cat /proc/$p/comm)" in ip|nft) kill -9 $p;; esac; done');
    await isToldOf('ip link set mcs-inner mtu 1400; ip link set mcs-inner mtu 1401');
    await isToldOf('nft add table ip mcs; nft delete table ip mcs');
    await watch.stop();
  });
});
