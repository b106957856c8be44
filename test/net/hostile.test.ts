import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, createKeys, createScene, type Driver, type Keys, planOf, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { countMarked, leadToNode, makeHostile, MARKED_PORT, NODE_PORT, SERVICE_ADDRESSES, serveServices, takeCounts, UNKNOWN_ADDRESS } from '../helpers/net-hostile.ts';
import { askEcho, ping, sendPackets, serveEcho } from '../helpers/net-talk.ts';

const { signal } = new AbortController();
const SPECS = [
  { id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] },
  { id: 'b', octet: 2, addresses: ['192.168.1.5'] },
  { id: 'c', octet: 3, addresses: ['192.168.1.6'] },
  { id: 'd', octet: 4, addresses: [UNKNOWN_ADDRESS] },
];

/** In the range of cluster b, with which a speaks. */
const FALSE_SOURCE = '10.2.1.77';

/** Clusters a, b and c know each other; what b's gateway sends is made by hand. Nobody knows d. */
interface Stage {
  readonly scene: Scene;
  readonly gateway: TestNode;
  readonly worker: TestNode;
  readonly hostile: TestNode;
  readonly stranger: TestNode;
}

async function setStage(driver: Driver): Promise<Stage> {
  const whole = createScene(SPECS);
  const scene = { ...whole, clusters: whole.clusters.slice(0, 3) };
  const keys = new Map<string, Keys>(await Promise.all(scene.clusters.map(async ({ id }) => [id, await createKeys(scene.wan)] as const)));
  const [[gateway, worker], [hostile], , [stranger]] = whole.clusters.map(({ nodes }) => nodes) as [[TestNode, TestNode], [TestNode], [TestNode], [TestNode]];
  await applyAll(scene, { driver, keys });
  serveServices(gateway);
  for (const node of [gateway, worker]) countMarked(node);
  for (const netns of [gateway.pod, worker.pod, gateway.netns]) await serveEcho(netns);
  await makeHostile(hostile, scene.clusters[0]!, driver === 'wireguard' ? keys.get('a')?.publicKey : undefined);
  if (driver === 'vxlan') {
    await stranger.network.apply(planOf(whole, whole.clusters[3]!, stranger, { driver }), signal);
    await makeHostile(stranger, scene.clusters[0]!);
    stranger.netns.sh(`ip address add ${FALSE_SOURCE}/32 dev lo`);
  }
  return { scene, gateway, worker, hostile, stranger };
}

describe.each<Driver>(['vxlan', 'wireguard'])('what comes out of a tunnel, %s', (driver) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(driver);
  });
  afterAll(() => stage.scene.stop());

  it.each<{ what: string; target: string; port?: number; at?: 'worker' }>([
    { what: 'the gateway node\'s own address', target: '10.168.1.5' },
    { what: 'another node\'s own address', target: '10.168.1.6' },
    { what: 'a service\'s address', target: SERVICE_ADDRESSES[0] },
    { what: 'a service\'s IPv6 address', target: SERVICE_ADDRESSES[1] },
    { what: 'addresses of neither', target: '203.0.113.1' },
    { what: 'the metadata of a cloud', target: '169.254.169.254' },
    { what: 'a third member', target: '10.3.1.2' },
    { what: 'a third member, IPv6', target: 'fd00:3:0:1::2' },
    { what: 'what listens on the gateway node', target: '10.1.1.1' },
    { what: 'what listens on the gateway node, IPv6', target: 'fd00:1:0:1::1' },
    { what: 'what listens on another node', target: '10.1.2.1', at: 'worker' },
    { what: 'what listens on another node, IPv6', target: 'fd00:1:0:2::1', at: 'worker' },
    { what: 'a port of the node that leads to a pod', target: '10.1.1.1', port: NODE_PORT },
  ])('does not reach $what', async ({ target, port = MARKED_PORT, at }) => {
    const { gateway, worker, hostile } = stage;
    const place = at === 'worker' ? worker : gateway;
    await takeCounts(place);
    await sendPackets(hostile.netns, target.includes(':') ? hostile.sources.IPv6 : hostile.sources.IPv4, target, port);
    // what was sent before it has been dealt with when it comes back
    expect(await ping(hostile.netns, place.podAddresses[0]!, '-I', hostile.sources.IPv4)).toBe(1);
    expect(await takeCounts(place)).toEqual({ arrived: 3, passed: 0, outer: 0 });
  });

  it.each(['gateway', 'worker'] as const)('reaches pods of the %s, both families', async (name) => {
    const { hostile, [name]: node } = stage;
    for (const [index, address] of node.podAddresses.entries()) {
      await takeCounts(node);
      await sendPackets(hostile.netns, [hostile.sources.IPv4, hostile.sources.IPv6][index] ?? '', address, MARKED_PORT);
      expect(await ping(hostile.netns, address, '-I', [hostile.sources.IPv4, hostile.sources.IPv6][index] ?? '')).toBe(1);
      expect(await takeCounts(node)).toMatchObject({ arrived: 3 });
      expect(await askEcho(hostile.pod, address)).toBe(hostile.podAddresses[index]);
    }
  });

  it('has errors of the way come back to who sent', async () => {
    const { hostile, gateway } = stage;
    const { stdout } = await hostile.pod.exec('ping', ['-n', '-c', '1', '-W', '5', '10.1.1.99']);
    expect(stdout).toContain(`From ${gateway.sources.IPv4} icmp_seq=1 Destination Host Unreachable`);
  });

  it('is not asked for what the node itself has asked: it gets its answers', async () => {
    const { hostile, gateway, worker } = stage;
    await serveEcho(hostile.pod);
    for (const node of [gateway, worker]) expect(await askEcho(node.netns, hostile.podAddresses[0]!)).toBe(node.sources.IPv4);
  });
});

describe('devices without keys', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage('vxlan');
  });
  afterAll(() => stage.scene.stop());

  it.each(['gateway', 'worker'] as const)('take nothing in from an address that nobody knows: %s', async (name) => {
    const { stranger, [name]: node } = stage;
    if (name === 'worker') leadToNode(stranger, node, 'a');
    await sendPackets(stranger.netns, FALSE_SOURCE, node.podAddresses[0]!, MARKED_PORT);
    expect(await ping(stranger.netns, node.address)).toBe(1);
    expect(await takeCounts(node)).toEqual({ arrived: 0, passed: 0, outer: 3 });
  });

  it('believe a gateway\'s packets only from the ranges of clusters', async () => {
    const { hostile, gateway } = stage;
    // of IPv6 the kernel itself does not look at where packets come from
    const nobody = 'fd00:99::9';
    hostile.netns.sh(`ip address add ${nobody}/128 dev lo nodad`);
    await sendPackets(hostile.netns, nobody, gateway.podAddresses[1]!, MARKED_PORT);
    expect(await ping(hostile.netns, gateway.podAddresses[0]!, '-I', hostile.sources.IPv4)).toBe(1);
    expect(await takeCounts(gateway)).toEqual({ arrived: 3, passed: 0, outer: 0 });
  });
});

describe('a tunnel that is gone', () => {
  it.each<Driver>(['vxlan', 'wireguard'])('lets nothing out in the clear, and says so at once: %s', async (driver) => {
    const { scene, gateway, worker, hostile } = await setStage(driver);
    try {
      scene.wan.sh("nft 'table inet seen { counter clear { }; chain first { type filter hook prerouting priority -300; ip daddr 10.2.0.0/16 counter name clear; ip6 daddr fd00:2::/48 counter name clear; }\n}'");
      gateway.netns.sh('ip link del mcs-cable');
      worker.netns.sh('ip link del mcs-inner');
      for (const node of [gateway, worker]) {
        for (const [index, address] of hostile.podAddresses.entries()) {
          const { stdout } = await node.pod.exec('ping', ['-n', '-c', '1', '-W', '1', address]);
          expect(stdout).toMatch(new RegExp(`From ${[node.sources.IPv4, node.sources.IPv6][index] ?? ''} icmp_seq=1 Destination (Host Unreachable|unreachable)`));
          expect(await askEcho(node.netns, address)).toMatch(/EHOSTUNREACH|ENETUNREACH/);
        }
      }
      expect(scene.wan.sh('nft list counter inet seen clear')).toContain('packets 0 ');
    } finally {
      await scene.stop();
    }
  });
});
