import assert from 'node:assert/strict';
import { resources } from '../../../src/api/resources.ts';
import { type E2eCluster, fleet } from '../lib/fleet.ts';
import { nodeNames, onNode } from '../lib/lab-nodes.ts';

/** The range that the lab gives to the Services of a cluster: /16 around any of them. */
async function serviceRange({ client }: E2eCluster): Promise<string> {
  const { spec } = await client.get(resources.services, 'kubernetes', 'default');
  const [a, b] = (spec.clusterIP ?? assert.fail('the API server has no Service')).split('.');
  return `${a}.${b}.0.0/16`;
}

async function anyNodeAddress({ client }: E2eCluster): Promise<string> {
  const { items } = await client.list(resources.nodes);
  const addresses = items.flatMap(({ status }) => status?.addresses ?? []);
  return addresses.find(({ type }) => type === 'InternalIP')?.address ?? assert.fail('no node has an address');
}

/** Routes between the Services of the lab's clusters, which has them between pods only: kube-proxy of any node takes the packets on. */
export async function routeServices(): Promise<void> {
  for (const to of fleet.clusters) {
    const [range, gateway] = [await serviceRange(to), await anyNodeAddress(to)];
    for (const from of fleet.clusters.filter((cluster) => cluster !== to)) {
      for (const node of await nodeNames(from)) await onNode(node, `ip route replace ${range} via ${gateway} dev eth0`);
    }
  }
}
