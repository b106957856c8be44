/** A management cluster with Clusters of Cluster API and the kubeconfigs of two workload clusters; nothing of it is left afterwards. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { resources } from '../../../src/api/resources.ts';
import { isInstalled } from '../../../tools/demo/shell.ts';
import { eventually } from '../../helpers/eventually.ts';
import { assertOk } from '../lib/expectations.ts';
import { type E2eCluster, fleet, type Ran } from '../lib/fleet.ts';
import { makeHome } from '../lib/home.ts';
import { inShell, readWalkthrough } from '../lib/walkthrough.ts';
import { ensureToolbox, NAMESPACE, removeNamespace } from '../lib/workloads.ts';

const root = resolve(import.meta.dirname, '../../..');
const [management, clusterA, clusterB] = fleet.clusters;

function whyNot(): string | false {
  if (!fleet.hasContainers) return 'the sandbox runs no containers';
  if (management.name !== 'management' || clusterA.name !== 'cluster-a' || clusterB?.name !== 'cluster-b') return 'needs the contexts management, cluster-a and cluster-b, as the walk-through names them';
  return !isInstalled('kubectl', process.env) && 'needs kubectl, which the walk-through uses';
}

/** Why gateway-dns cannot be tried on these clusters; false where it can. */
export const skip = whyNot();
export const commandsOf = readWalkthrough('docs/gateway-dns-walkthrough.md');
/** Namespace of the Clusters. */
export const TEAM = 'dev-team';

export const clusters = { management, clusterA, clusterB: clusterB ?? clusterA };

/** Where a person stands who follows the walk-through: with the manifests, and a kubeconfig of each cluster. */
const { folder, env } = makeHome('gateway-dns');

/** Runs commands of the walk-through. */
export function follow(commands: string): Promise<Ran> {
  return inShell(commands, env, folder);
}

async function writeKubeconfig({ name }: E2eCluster): Promise<void> {
  assertOk(await inShell(`kubectl config view --minify --flatten --context '${name}' >'${folder}/${name}.kubeconfig'`, process.env));
}

/** What Cluster API would have made: its Clusters, each with the Secret of its kubeconfig. */
async function createClusters({ client }: E2eCluster): Promise<void> {
  assertOk(await inShell(`kubectl apply --context '${management.name}' -f test/e2e/gateway-dns/cluster-api.yaml`, process.env));
  await client.create(resources.namespaces, { metadata: { name: TEAM } });
  for (const { name } of [clusters.clusterA, clusters.clusterB]) {
    const value = readFileSync(join(folder, `${name}.kubeconfig`)).toString('base64');
    await client.create(resources.secrets, { metadata: { name: `${name}-kubeconfig`, namespace: TEAM }, type: 'cluster.x-k8s.io/secret', data: { value } });
    await eventually(() => client.create(resources.capiClusters, { metadata: { name, namespace: TEAM } }), { timeoutMs: 20_000, everyMs: 200 });
  }
}

/** Stands in for a load balancer: gives a Service addresses, by default that of a node; gives the first one. */
export async function assignAddress({ client }: E2eCluster, namespace: string, name: string, ...addresses: string[]): Promise<string> {
  const [first = await nodeAddress(client), ...more] = addresses;
  const ingress = [first, ...more].map((ip) => ({ ip }));
  await client.patch(resources.services, name, namespace, 'application/merge-patch+json', { status: { loadBalancer: { ingress } } }, { fieldManager: 'e2e', subresource: 'status' });
  return first;
}

async function nodeAddress(client: E2eCluster['client']): Promise<string> {
  const { items } = await client.list(resources.nodes);
  const worker = items.find(({ metadata }) => metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined) ?? items[0];
  return worker?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? assert.fail('no node has an address');
}

before(async () => {
  if (skip !== false) return;
  symlinkSync(join(root, 'manifests'), join(folder, 'manifests'));
  await Promise.all(fleet.clusters.map(writeKubeconfig));
  await createClusters(management);
  await ensureToolbox(clusters.clusterB);
});

after(async () => {
  if (skip === false) {
    await removeNamespace(management, TEAM);
    assertOk(await inShell(`kubectl delete --context '${management.name}' -f test/e2e/gateway-dns/cluster-api.yaml`, process.env));
    await removeNamespace(clusters.clusterB, NAMESPACE);
  }
  for (const { client } of fleet.clusters) client.close();
  rmSync(folder, { recursive: true, force: true });
});
