import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, createScene, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { calicoNat } from '../helpers/net-proxies.ts';
import { askEcho, serveEcho } from '../helpers/net-talk.ts';

const OUTSIDE = '203.0.113.1';
const NFT_TABLE = 'table ip other {\nchain last {\ntype nat hook postrouting priority 100; policy accept;\nmasquerade\n}\n}';
/** As on nodes of both clusters: pods of any range, none of which knows those of the other cluster. */
const [NFT_CALICO, LEGACY_CALICO] = (['iptables-nft', 'iptables-legacy'] as const).map((iptables) => calicoNat(iptables, '10.0.0.0/8', '10.3.0.0/16')) as [ReturnType<typeof calicoNat>, ReturnType<typeof calicoNat>];

describe('the exception from translation', () => {
  let scene: Scene;
  let worker: TestNode;
  let gateway: TestNode;
  let target: TestNode;

  beforeAll(async () => {
    scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
    [gateway, worker] = scene.clusters[0]!.nodes as [TestNode, TestNode];
    [target] = scene.clusters[1]!.nodes as [TestNode];
    for (const netns of [scene.wan, target.pod, worker.pod]) await serveEcho(netns);
    await applyAll(scene, { driver: 'vxlan' });
  });
  afterAll(() => scene.stop());

  it.each([
    ['iptables-nft', 'iptables-nft -t nat -A POSTROUTING -j MASQUERADE', 'iptables-nft -t nat -F POSTROUTING'],
    ['iptables-nft, put first', 'iptables-nft -t nat -I POSTROUTING 1 -j MASQUERADE', 'iptables-nft -t nat -F POSTROUTING'],
    ['iptables-legacy', 'iptables-legacy -t nat -A POSTROUTING -j MASQUERADE', 'iptables-legacy -t nat -F POSTROUTING'],
    ['another table of nftables', `nft '${NFT_TABLE}'`, 'nft delete table ip other'],
    ['Calico with iptables-nft', NFT_CALICO.set, NFT_CALICO.undo],
    ['Calico with iptables-legacy', LEGACY_CALICO.set, LEGACY_CALICO.undo],
  ])('stands before a MASQUERADE of %s, which holds for all other traffic', async (_who, masquerade, undo) => {
    for (const { netns } of [worker, gateway, target]) netns.sh(`iptables-nft -t nat -F; ${masquerade}`);
    expect(await askEcho(worker.pod, target.podAddresses[0]!)).toBe(worker.podAddresses[0]);
    expect(await askEcho(target.pod, worker.podAddresses[0]!)).toBe(target.podAddresses[0]);
    expect(await askEcho(worker.pod, OUTSIDE)).toBe(worker.address);
    for (const { netns } of [worker, gateway, target]) netns.sh(undo);
  });

  it('is what keeps the addresses: without it they are hidden', async () => {
    for (const { netns } of [worker, gateway]) netns.sh('iptables-nft -t nat -A POSTROUTING -j MASQUERADE; nft delete table ip mcs');
    expect(await askEcho(worker.pod, target.podAddresses[0]!)).not.toBe(worker.podAddresses[0]);
    await applyAll(scene, { driver: 'vxlan' });
    expect(await askEcho(worker.pod, target.podAddresses[0]!)).toBe(worker.podAddresses[0]);
  });
});

/** MSS that a listener is offered, as the packet filter of its pod sees it. */
describe('the MSS', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
    await serveEcho(scene.clusters[1]!.nodes[0]!.pod);
  });
  afterAll(() => scene.stop());

  it.each([
    { what: 'lowered to what the path carries', pathMtu: 1350, podMtu: 1500, mss: 1310 },
    { what: 'lowered to what the device carries', pathMtu: undefined, podMtu: 1500, mss: 1410 },
    { what: 'never raised', pathMtu: undefined, podMtu: 1300, mss: 1260 },
  ])('is $what: $mss', async ({ pathMtu, podMtu, mss }) => {
    const [source, target] = scene.clusters.map(({ nodes }) => nodes[0]!) as [TestNode, TestNode];
    await applyAll(scene, { driver: 'vxlan', ...(pathMtu !== undefined && { pathMtu }) });
    source.pod.sh(`ip link set eth0 mtu ${podMtu}`);
    target.pod.sh(`nft 'table ip seen {\nchain input {\ntype filter hook input priority 0\ntcp flags syn / syn,rst tcp option maxseg size ${mss} counter\ntcp flags syn / syn,rst counter\n}\n}'`);
    expect(await askEcho(source.pod, target.podAddresses[0]!, 100_000)).toBe(source.podAddresses[0]);
    const counters = target.pod.sh('nft list table ip seen').match(/counter packets \d+/g);
    target.pod.sh('nft delete table ip seen');
    expect(counters).toEqual(['counter packets 1', 'counter packets 1']);
  });
});
