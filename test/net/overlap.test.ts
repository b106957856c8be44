import { afterAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { Cluster } from '../../src/api/types/index.ts';
import { createCablePolicy } from '../../src/sync/cable/cable-policy.ts';
import { readEndpoints } from '../../src/sync/cable/read-endpoints.ts';
import { memberCable } from '../helpers/member-records.ts';
import { createScene, planOf, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { startFlow } from '../helpers/net-flow.ts';
import { askEcho, serveEcho } from '../helpers/net-talk.ts';

const { signal } = new AbortController();
const BROKER = 'submariner-k8s-broker';

function member(name: string, podCIDR: string, creationTimestamp: string): Cluster {
  return { apiVersion: 'submariner.io/v1', kind: resources.clusters.kind, metadata: { name, creationTimestamp }, spec: { cluster_id: name, cluster_cidr: [podCIDR], service_cidr: [], color_codes: [], global_cidr: [] } };
}

/** `c` has the ranges of `b`, which is older, and node addresses of its own. */
describe('a cluster that comes later with ranges of another one', () => {
  let scene: Scene;
  afterAll(() => scene.stop());

  it('takes no packet away from the first, which is answered as before', async () => {
    scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }, { id: 'c', octet: 2, addresses: ['192.168.2.5'] }]);
    const [a, b, c] = scene.clusters as [Scene['clusters'][0], Scene['clusters'][0], Scene['clusters'][0]];
    const [target, newcomer] = [b.nodes[0], c.nodes[0]] as [TestNode, TestNode];
    const applyTo = async (...known: Scene['clusters'][]): Promise<void> => {
      for (const clusters of known) for (const cluster of clusters) for (const node of cluster.nodes) await node.network.apply(planOf({ ...scene, clusters }, cluster, node, { driver: 'vxlan' }), signal);
    };
    await serveEcho(target.pod);
    await applyTo([a, b]);
    const [gateway, worker] = a.nodes as [TestNode, TestNode];
    const flows = [startFlow(worker.pod, target.podAddresses[0]!), startFlow(target.pod, gateway.podAddresses[0]!)];
    for (const flow of flows) await flow.more(20);
    const before = a.nodes.map(({ netns }) => netns.sh('ip route show table 4500'));
    await applyTo([a, b, c]);
    for (const flow of flows) await flow.more(20);
    // what the newcomer sends under addresses that are not its own does not hold the first one up either
    await newcomer.pod.exec('ping', ['-n', '-q', '-c', '20', '-i', '0.02', '-W', '1', worker.podAddresses[0]!]);
    for (const flow of flows) expect(await flow.end()).toMatchObject({ lost: 0 });
    expect(await askEcho(worker.pod, target.podAddresses[0]!)).toBe(worker.podAddresses[0]);
    expect(a.nodes.map(({ netns }) => netns.sh('ip route show table 4500').split('\n').filter((line) => line.includes('10.2.')))).toEqual(before.map((text) => text.split('\n').filter((line) => line.includes('10.2.'))));
  });

  it('is refused by name before any agent hears of it', () => {
    const policy = createCablePolicy({ clusters: [member('b', '10.2.0.0/16', '2026-01-01T00:00:00Z'), member('c', '10.2.0.0/16', '2026-01-02T00:00:00Z')], localCluster: 'a', own: { podCIDRs: ['10.1.0.0/16'], serviceCIDRs: [], nodeCIDRs: [] }, ownEnds: [], isSimulated: false });
    const objects = [memberCable('c', '192.168.2.5', BROKER, { subnets: ['10.2.0.0/16'] }), memberCable('b', '192.168.1.5', BROKER, { subnets: ['10.2.0.0/16'] })];
    const { endpoints, rejections } = readEndpoints(objects, 'a', policy);
    expect(endpoints.map(({ spec }) => spec.cluster_id)).toEqual(['b']);
    expect(rejections.map(({ reason, object, message }) => `${reason} ${object}: ${message}`)).toEqual([expect.stringMatching(/^AddressContested Endpoint .*192-168-2-5\.c: .*10\.2\.0\.0\/16/)]);
  });
});
