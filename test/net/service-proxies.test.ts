import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, createScene, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { calicoNat, kubeProxyRules, kubeProxyTable, type ProxiedService } from '../helpers/net-proxies.ts';
import { askEcho, ECHO_PORT, serveEcho } from '../helpers/net-talk.ts';

const CLUSTER_IP = '10.96.0.10';

/** A Service of the own cluster whose only pod is in another one, as derived Services are. */
describe('a Service with a pod behind a tunnel', () => {
  let scene: Scene;
  let gateway: TestNode;
  let worker: TestNode;
  let target: TestNode;
  let service: ProxiedService;

  beforeAll(async () => {
    scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
    [gateway, worker, target] = scene.clusters.flatMap(({ nodes }) => nodes) as [TestNode, TestNode, TestNode];
    service = { podCIDR: '10.1.0.0/16', clusterIP: CLUSTER_IP, port: ECHO_PORT, endpoint: target.podAddresses[0]! };
    await serveEcho(target.pod);
    await applyAll(scene, { driver: 'vxlan' });
  });
  afterAll(() => scene.stop());

  const calico = calicoNat('iptables-nft', '10.1.0.0/16', '10.1.0.0/16');
  const nftables = (): string => `nft '${kubeProxyTable(service)}'`;
  const iptables = (): string => kubeProxyRules(service);
  const noNftables = 'nft delete table ip kube-proxy';
  const noIptables = 'iptables-nft -t nat -F; for each in $(iptables-nft -t nat -S | sed -n "s/^-N //p"); do iptables-nft -t nat -X $each; done';

  it.each<{ what: string; set: () => string; undo: string }>([
    { what: 'kube-proxy in nftables mode', set: nftables, undo: noNftables },
    { what: 'kube-proxy in nftables mode, and Calico', set: () => `${nftables()}\n${calico.set}`, undo: `${noNftables}; ${calico.undo}` },
    { what: 'kube-proxy in iptables mode', set: iptables, undo: noIptables },
    { what: 'kube-proxy in iptables mode, and Calico', set: () => `${iptables()}\n${calico.set}`, undo: `${noIptables}; ipset destroy cali40masq-ipam-pools; ipset destroy cali40all-ipam-pools` },
  ])('is called by pods under their own addresses, and by nodes under one that is answered: $what', async ({ set, undo }) => {
    for (const { netns } of [gateway, worker]) netns.sh(set());
    try {
      for (const node of [gateway, worker]) {
        expect(await askEcho(node.pod, CLUSTER_IP, 100_000)).toBe(node.podAddresses[0]);
        expect(await askEcho(node.netns, CLUSTER_IP)).toBe(node.sources.IPv4);
      }
    } finally {
      for (const { netns } of [gateway, worker]) netns.sh(undo);
    }
  });
});
