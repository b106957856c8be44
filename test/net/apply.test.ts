import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { McsError } from '../../src/base/errors.ts';
import type { KernelNetwork } from '../../src/gateway/apply/kernel-network.ts';
import { readKernelState } from '../../src/gateway/apply/kernel-state.ts';
import { EMPTY_PLAN, type NetworkPlan } from '../../src/gateway/plan/types.ts';
import { type CutExec, cutAfter } from '../helpers/cut-exec.ts';
import { eventually } from '../helpers/eventually.ts';
import { applyAll, createKeys, createScene, type Keys, networkOf, planOf, type Scene, type TestCluster, type TestNode } from '../helpers/net-clusters.ts';
import { snapshotOf, waitForAddresses } from '../helpers/net-snapshot.ts';
import { askEcho, ping, serveEcho } from '../helpers/net-talk.ts';

const { signal } = new AbortController();
let scene: Scene;
let a: TestCluster;
let node: TestNode;
let worker: TestNode;
let target: TestNode;
let keys: Map<string, Keys>;

beforeAll(async () => {
  scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
  a = scene.clusters[0]!;
  [node, worker] = a.nodes as [TestNode, TestNode];
  [target] = scene.clusters[1]!.nodes as [TestNode];
  keys = new Map(await Promise.all(scene.clusters.map(async ({ id }) => [id, await createKeys(scene.wan)] as const)));
  await serveEcho(target.pod);
});
afterAll(() => scene.stop());

let onTestEnd = (): void => undefined;
afterEach(() => {
  onTestEnd();
  onTestEnd = () => undefined;
});

/** Applies a plan as the agent does, again after a failure: a WireGuard process that is told to end holds its port for a moment. */
async function settle(network: KernelNetwork, plan: NetworkPlan): Promise<void> {
  await eventually(() => network.apply(plan, signal), { timeoutMs: 20_000, everyMs: 100 });
}

/** What an interrupted pass may leave must not differ from what an uninterrupted one makes. */
async function stateOf({ netns, network }: TestNode, plan: NetworkPlan): Promise<unknown> {
  const again = await network.apply(plan, signal);
  const { filters: _handles, ...state } = await readKernelState(netns.exec, signal);
  const sorted = Object.entries(state).map(([name, items]: [string, unknown]) => [name, Array.isArray(items) ? items.map((item) => JSON.stringify(item)).sort() : items]);
  return { again: again.changes, sorted, forward: netns.sh('iptables-nft -S FORWARD') };
}

describe('createKernelNetwork', () => {
  const asWorker = (): NetworkPlan => planOf(scene, { ...a, gateway: 'a-1' }, node, { driver: 'vxlan' });
  const asGateway = (): NetworkPlan => planOf(scene, a, node, { driver: 'vxlan' });
  const asEncrypted = (): NetworkPlan => planOf(scene, a, node, { driver: 'wireguard', keys });
  const asNothing = (): NetworkPlan => EMPTY_PLAN;

  it.each([
    { what: 'a gateway from nothing', from: asNothing, to: asGateway },
    { what: 'a gateway of a worker', from: asWorker, to: asGateway },
    { what: 'a worker of a gateway', from: asGateway, to: asWorker },
    { what: 'nothing of a gateway', from: asGateway, to: asNothing },
    { what: 'another driver', from: asGateway, to: asEncrypted },
  ])('completes a pass that was killed at any point: $what', async ({ from, to }) => {
    node.netns.sh('iptables-nft -P FORWARD DROP');
    onTestEnd = () => void node.netns.sh('iptables-nft -P FORWARD ACCEPT');
    await settle(node.network, from());
    await settle(node.network, to());
    const whole = await stateOf(node, to());
    for (let steps = 0; ; steps += 1) {
      await settle(node.network, from());
      const cut: CutExec = cutAfter(node.netns.exec, steps);
      const thrown = await networkOf({ ...node.netns, exec: cut.exec, files: cut.filesOf(node.netns.files) }).apply(to(), signal).then(() => undefined, (error: unknown) => error);
      if (thrown === undefined) {
        expect(steps).toBeGreaterThan(5);
        break;
      }
      expect(cut.isCut()).toBe(true);
      await settle(networkOf(node.netns), to());
      expect(await stateOf(node, to())).toEqual(whole);
    }
    await node.network.remove(signal);
  }, 300_000);

  it.each<[string, TestNode['name'], string]>([
    ['a tunnel deleted by hand', 'a-0', 'ip link del mcs-cable'],
    ['an inner device deleted by hand', 'a-1', 'ip link del mcs-inner'],
    ['a device taken down', 'a-0', 'ip link set mcs-cable down'],
    ['a device with another MAC', 'a-0', 'ip link set mcs-cable address 02:00:00:00:00:01'],
    ['a device with another port', 'a-0', 'ip link del mcs-cable; ip link add mcs-cable type vxlan id 1000 dstport 4501; ip link set mcs-cable up'],
    ['a device of another kind', 'a-0', 'ip link del mcs-cable; ip link add mcs-cable type bridge; ip link set mcs-cable up'],
    ['flushed filters', 'a-0', 'nft flush ruleset'],
    ['an emptied table of ours', 'a-0', 'nft flush table ip mcs'],
    ['an emptied set of ours', 'a-0', 'nft flush set ip mcs remote'],
    ['a filter without a rule', 'a-1', 'nft -a list chain ip mcs prerouting | sed -n "s/.*drop.*# handle //p" | xargs nft delete rule ip mcs prerouting handle'],
    ['an emptied set of those who may send', 'a-0', 'nft flush set ip mcs port4800'],
    ['no table of the other family', 'a-1', 'nft delete table ip6 mcs'],
    ['lost ends of the ways', 'a-1', 'ip route flush table 4500 type unreachable; ip -6 route flush table 4500 type unreachable'],
    ['an end of a way with another metric', 'a-1', 'ip route add unreachable 10.2.0.0/16 table 4500 proto 245 metric 7'],
    ['a peer at another port', 'a-0', 'bridge fdb replace $(bridge fdb show dev mcs-cable | cut -d" " -f1 | head -1) dev mcs-cable dst 192.168.1.5 port 4999 self permanent'],
    ['a chain of ours with another policy', 'a-0', 'nft chain ip mcs forward "{ policy drop; }"'],
    ['flushed routes', 'a-0', 'ip route flush table 4500; ip route flush table 4501; ip -6 route flush table 4500'],
    ['a route elsewhere', 'a-0', 'ip route replace 10.2.0.0/16 dev lo table 4500 proto 245'],
    ['a second route beside ours', 'a-0', 'ip route append 10.2.0.0/16 dev lo table 4500 proto 245 metric 5'],
    ['flushed rules', 'a-0', 'ip rule flush; ip rule add priority 32766 table main; ip rule add priority 32767 table default; ip -6 rule del priority 4501'],
    ['deleted neighbours', 'a-0', 'ip neigh flush dev mcs-cable nud permanent; bridge fdb del $(bridge fdb show dev mcs-cable | cut -d" " -f1) dev mcs-cable self'],
    ['strict path filters', 'a-0', 'sysctl -qw net.ipv4.conf.mcs-cable.rp_filter=1 net.ipv4.conf.mcs-inner.forwarding=0'],
  ])('repairs %s', async (_what, name, damage) => {
    await applyAll(scene, { driver: 'vxlan' });
    const damaged = a.nodes.find((each) => each.name === name)!;
    const plan = planOf(scene, a, damaged, { driver: 'vxlan' });
    const before = await stateOf(damaged, plan);
    damaged.netns.sh(damage);
    expect((await damaged.network.apply(plan, signal)).commands).toBeGreaterThan(0);
    expect(await stateOf(damaged, plan)).toEqual(before);
    expect(await askEcho(worker.pod, target.podAddresses[0]!)).toBe(worker.podAddresses[0]);
    expect(await ping(worker.pod, target.podAddresses[1]!)).toBe(1);
  });

  it('repairs WireGuard whose process has died', async () => {
    await applyAll(scene, { driver: 'wireguard', keys });
    expect(await ping(worker.pod, target.podAddresses[0]!)).toBe(1);
    const pid = node.netns.sh(`pgrep -x wireguard-go | while read p; do [ "$(ip netns identify $p)" = "${node.netns.name}" ] && echo $p || true; done`).trim();
    node.netns.sh(`kill -9 ${pid}`);
    const plan = planOf(scene, a, node, { driver: 'wireguard', keys });
    await eventually(async () => (await node.network.apply(plan, signal).catch(() => ({ commands: 1 }))).commands === 0, { timeoutMs: 20_000 });
    expect(await ping(worker.pod, target.podAddresses[0]!)).toBe(1);
  });

  it('makes no device where no filter can be written, and lets nothing out', async () => {
    await node.network.remove(signal);
    const broken = networkOf({ ...node.netns, exec: (command, args, options) => (command === 'nft' && args.includes('-f') ? Promise.resolve({ stdout: '', stderr: 'Operation not supported', code: 1 }) : node.netns.exec(command, args, options)) });
    await expect(broken.apply(asGateway(), signal)).rejects.toThrow('Operation not supported');
    expect(node.netns.sh('ip -br link')).not.toContain('mcs-');
    expect(node.netns.sh('ip route show table 4500')).toBe('unreachable 10.2.0.0/16 proto 245 metric 4294967295 \n');
    expect(node.netns.sh('ip route get 10.2.1.2 2>&1 || true')).toContain('No route to host');
    await settle(node.network, asGateway());
    expect(node.netns.sh('ip -br link')).toContain('mcs-cable');
  });

  it('writes what it can where another cluster\'s values are bad, and runs none of them as commands', async () => {
    await applyAll(scene, { driver: 'vxlan' });
    const plan = planOf(scene, a, node, { driver: 'vxlan' });
    const bad = { device: 'mcs-cable', mac: '02:00:00:00:00:01\nlink del eth0', destination: '192.0.2.1' };
    const odd = { ...plan, forwarding: [bad, ...plan.forwarding], routes: [...plan.routes, { family: 'IPv4' as const, table: 4500, destination: '10.99.0.0/16', kind: 'unicast' as const, device: 'mcs-cable', via: '169.254.9.9; reboot' }] };
    expect(await node.network.apply(odd, signal)).toEqual({ commands: 0, changes: [] });
    const unreachable = { ...plan, routes: [...plan.routes, { family: 'IPv4' as const, table: 4500, destination: '10.98.0.0/16', kind: 'unicast' as const, device: 'mcs-cable', source: '192.0.2.77' }] };
    await expect(node.network.apply({ ...unreachable, neighbors: [...plan.neighbors, { device: 'mcs-cable', address: '169.254.9.9', mac: '02:00:00:00:00:09' }] }, signal)).rejects.toThrow(McsError);
    expect(node.netns.sh('ip neigh show dev mcs-cable nud permanent')).toContain('169.254.9.9');
    expect(node.netns.sh('ip link show eth0')).toContain('eth0');
  });

  it.each(['vxlan', 'wireguard'] as const)('leaves no trace: %s', async (driver) => {
    for (const each of a.nodes) await each.network.remove(signal);
    for (const { netns } of a.nodes) netns.sh('iptables-nft -P FORWARD DROP; iptables-legacy -A FORWARD -j REJECT; ip6tables-nft -P FORWARD DROP');
    await waitForAddresses(a.nodes);
    const before = a.nodes.map(({ netns }) => snapshotOf(netns));
    await applyAll(scene, { driver, keys });
    expect(a.nodes.map(({ netns }) => snapshotOf(netns))).not.toEqual(before);
    expect(await askEcho(worker.pod, target.podAddresses[0]!)).toBe(worker.podAddresses[0]);
    for (const each of a.nodes) await each.network.remove(signal);
    expect(a.nodes.map(({ netns }) => snapshotOf(netns))).toEqual(before);
    expect(await node.network.remove(signal)).toEqual({ commands: 0, changes: [] });
    for (const { netns } of a.nodes) netns.sh('iptables-nft -P FORWARD ACCEPT; iptables-legacy -F FORWARD; ip6tables-nft -P FORWARD ACCEPT');
  });
});
