import type { Resource } from '../api/resources.ts';
import { apiVersionOf, resources } from '../api/resources.ts';
import type { KubeObject, UnknownObject } from '../api/types/index.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, ListOptions } from '../kube/client.ts';
import type { ClusterFacts, EngineFacts, PluginFacts } from './cluster-facts.ts';
import { ENGINE_NAMESPACES } from './engines.ts';

/** Namespaces in which network plugins keep their DaemonSets and ConfigMaps. */
const NETWORK_NAMESPACES = ['kube-system', 'kube-flannel', 'calico-system', 'ovn-kubernetes', 'openshift-ovn-kubernetes'] as const;

/** Their static pods carry this label; nothing else of kube-system is needed, which may hold thousands of pods. */
const CONTROL_PLANE = 'component in (kube-apiserver,kube-controller-manager)';

const foreign = (group: string, version: string, plural: string, kind: string, namespaced: boolean): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced,
});
const ipPools = foreign('crd.projectcalico.org', 'v1', 'ippools', 'IPPool', false);
const openshiftNetworks = foreign('config.openshift.io', 'v1', 'networks', 'Network', false);
const submariners = foreign('submariner.io', 'v1alpha1', 'submariners', 'Submariner', true);

interface ApiGroups {
  groups: { versions: { groupVersion: string }[] }[];
}

/** Every `group/version` that a cluster serves; `v1` for the core. */
export async function readApiVersions(client: KubeClient, signal: AbortSignal): Promise<Set<string>> {
  const { groups } = await client.getPath<ApiGroups>('/apis', { signal });
  return new Set(['v1', ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))]);
}

/** Items of a collection; none where the API is not served or not allowed. */
async function listOrNothing<T extends KubeObject>(client: KubeClient, resource: Resource<T>, options: ListOptions): Promise<T[]> {
  try {
    return (await client.list(resource, options)).items;
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return [];
    throw error;
  }
}

async function findOrNothing(client: KubeClient, resource: Resource, name: string, signal: AbortSignal): Promise<UnknownObject | undefined> {
  const items = await listOrNothing(client, resource, { fieldSelector: `metadata.name=${name}`, signal });
  return items.find(({ metadata }) => metadata.name === name);
}

/** Items of an API that not all clusters serve. */
async function listIfServed(client: KubeClient, resource: Resource, apiVersions: ReadonlySet<string>, signal: AbortSignal): Promise<UnknownObject[]> {
  return apiVersions.has(apiVersionOf(resource)) ? listOrNothing(client, resource, { signal }) : [];
}

const findOpenshiftNetwork = (client: KubeClient, apiVersions: ReadonlySet<string>, signal: AbortSignal): Promise<UnknownObject | undefined> =>
  apiVersions.has(apiVersionOf(openshiftNetworks)) ? findOrNothing(client, openshiftNetworks, 'cluster', signal) : Promise.resolve(undefined);

/** Reads what tells the network plugin, and no more: few requests, whatever the plugin is. */
export async function readPluginFacts(client: KubeClient, apiVersions: ReadonlySet<string>, signal: AbortSignal): Promise<PluginFacts> {
  const [daemonSets, configMaps, pools, network] = await Promise.all([
    listOrNothing(client, resources.daemonSets, { signal }),
    listOrNothing(client, resources.configMaps, { namespace: 'kube-system', fieldSelector: 'metadata.name=calico-config', signal }),
    listIfServed(client, ipPools, apiVersions, signal),
    findOpenshiftNetwork(client, apiVersions, signal),
  ]);
  const isOfNetwork = ({ metadata }: KubeObject): boolean => NETWORK_NAMESPACES.some((namespace) => namespace === metadata.namespace);
  return { daemonSets: daemonSets.filter(isOfNetwork), configMaps, ipPools: pools, openshiftNetwork: network, apiVersions };
}

/** Reads what other multi-cluster engines are recognised by. */
export async function readEngineFacts(client: KubeClient, signal: AbortSignal): Promise<EngineFacts> {
  const [deployments, configMaps, engines] = await Promise.all([
    Promise.all(ENGINE_NAMESPACES.map((namespace) => listOrNothing(client, resources.deployments, { namespace, signal }))),
    listOrNothing(client, resources.configMaps, { namespace: 'kube-system', fieldSelector: 'metadata.name=cilium-config', signal }),
    listOrNothing(client, submariners, { signal }),
  ]);
  return { deployments: deployments.flat(), configMaps, submariners: engines };
}

/** Reads what discovery looks at, in parallel. Throws where the cluster itself cannot be reached. */
export async function readClusterFacts(client: KubeClient, signal: AbortSignal): Promise<ClusterFacts> {
  const [version, apiVersions] = await Promise.all([client.getPath<{ gitVersion: string }>('/version', { signal }), readApiVersions(client, signal)]);
  const inAll = async <T extends KubeObject>(resource: Resource<T>, namespaces: readonly string[]): Promise<T[]> =>
    (await Promise.all(namespaces.map((namespace) => listOrNothing(client, resource, { namespace, signal })))).flat();
  const served = (resource: Resource): Promise<UnknownObject[]> => listIfServed(client, resource, apiVersions, signal);

  const [nodes, pods, daemonSets, deployments, configMaps, serviceCIDRs, pools, network, engines] = await Promise.all([
    listOrNothing(client, resources.nodes, { signal }),
    listOrNothing(client, resources.pods, { namespace: 'kube-system', labelSelector: CONTROL_PLANE, signal }),
    inAll(resources.daemonSets, NETWORK_NAMESPACES),
    inAll(resources.deployments, ENGINE_NAMESPACES),
    inAll(resources.configMaps, NETWORK_NAMESPACES),
    served(resources.serviceCIDRs),
    served(ipPools),
    findOpenshiftNetwork(client, apiVersions, signal),
    served(submariners),
  ]);
  return {
    nodes,
    pods,
    daemonSets,
    deployments,
    configMaps,
    serviceCIDRs,
    ipPools: pools,
    openshiftNetwork: network,
    submariners: engines,
    apiVersions,
    kubernetesVersion: version.gitVersion,
  };
}
