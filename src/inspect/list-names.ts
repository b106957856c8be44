import { isDnsLabel, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../api/names.ts';
import { objectKey, type Resource, resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { KubeClient } from '../kube/client.ts';
import { parseMemberConfig } from './cluster-state.ts';
import { listServed } from './read-cluster.ts';

/** What a person may be about to name. `export` is a service that is exported, `shared` one of any namespace, as `namespace/name`. */
export const NAME_KINDS = ['namespace', 'service', 'export', 'shared', 'policy', 'cluster', 'node'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

export interface ListNamesOptions {
  /** Where services and exports are looked for. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

const RESOURCES: Readonly<Record<Exclude<NameKind, 'cluster' | 'shared'>, { readonly resource: Resource<KubeObject>; readonly isNamespaced: boolean }>> = {
  namespace: { resource: resources.namespaces, isNamespaced: false },
  node: { resource: resources.nodes, isNamespaced: false },
  service: { resource: resources.services, isNamespaced: true },
  export: { resource: resources.serviceExports, isNamespaced: true },
  policy: { resource: resources.exportPolicies, isNamespaced: false },
};

/** Names that a person may mean, sorted, each once. Throws what the client throws. */
export async function listNames(client: KubeClient, kind: NameKind, { namespace, signal }: ListNamesOptions): Promise<readonly string[]> {
  if (kind === 'cluster') return sorted(await listClusterIDs(client, signal));
  if (kind === 'shared') return sorted(await listSharedServices(client, signal));
  const { resource, isNamespaced } = RESOURCES[kind];
  const objects = await listServed(client, resource, { ...(isNamespaced && { namespace }), signal });
  return sorted(objects.map(({ metadata }) => metadata.name));
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/** What the cluster exports or imports; the broker's own copies have the name of their cluster in theirs. */
async function listSharedServices(client: KubeClient, signal: AbortSignal): Promise<string[]> {
  const lists = await Promise.all([listServed(client, resources.serviceExports, { signal }), listServed(client, resources.serviceImports, { signal })]);
  return lists.flat().filter(({ metadata }) => isDnsLabel(metadata.name)).map(({ metadata }) => objectKey(metadata));
}

/** This cluster itself, and on a broker the members and those who wait to be one. */
async function listClusterIDs(client: KubeClient, signal: AbortSignal): Promise<string[]> {
  const [config, members, joins] = await Promise.all([
    client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }),
    listServed(client, resources.clusters, { signal }),
    listServed(client, resources.clusterJoins, { signal }),
  ]);
  const own = parseMemberConfig(config)?.clusterID;
  return [...(own === undefined ? [] : [own]), ...members.map(({ spec }) => spec.cluster_id), ...joins.map(({ spec }) => spec.clusterID)];
}
