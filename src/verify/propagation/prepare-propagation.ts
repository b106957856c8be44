import { BROKER_NAMESPACE, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { parseMemberConfig } from '../../inspect/cluster-state.ts';
import { findDnsPods } from '../../inspect/name-servers.ts';
import { isForbidden, isNotFound } from '../../kube/api-error.ts';
import { type BenchmarkCluster, findClusterUID, findImage } from '../benchmark/place.ts';
import type { BenchmarkSite } from '../benchmark/pods.ts';
import type { FailIf } from './fail-if.ts';
import type { ClusterPair } from './stages.ts';

/** A member between which and others is measured. */
export interface PropagationSite extends BenchmarkSite {
  readonly context: string;
  readonly clusterID: string;
  readonly brokerNamespace: string;
  /** Addresses of its running name servers. */
  readonly nameServers: readonly string[];
}

export interface PropagationSettings {
  /** Canaries of each cluster that exports. */
  readonly count: number;
  /** For starting a pod, and for what a canary sets off, each ms. */
  readonly timeoutMs: number;
  readonly limits: readonly FailIf[];
}

/** What stands ready to be measured between. */
export interface PreparedPropagation {
  readonly sites: readonly PropagationSite[];
  readonly pairs: readonly ClusterPair[];
  /** The chosen cluster that hosts the broker. */
  readonly broker?: PropagationSite;
}

async function inspectSite(cluster: BenchmarkCluster, signal: AbortSignal): Promise<PropagationSite & { readonly uid: string }> {
  const { client, context } = cluster;
  const image = await findImage(cluster, signal);
  const [uid, config, pods] = await Promise.all([findClusterUID(cluster, signal), client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }), findDnsPods(client, signal)]);
  const nameServers = pods.flatMap(({ status }) => status?.podIP ?? []);
  if (nameServers.length === 0) throw new McsError('MCS_API_ERROR', `Cannot measure towards the cluster of context "${context}": no pod of mcs-dns runs there`, { hints: [`mcs diagnose all --context ${context}`] });
  const { brokerNamespace = BROKER_NAMESPACE, clusterID = context } = parseMemberConfig(config) ?? {};
  return { client, context, image, uid, clusterID, brokerNamespace, nameServers };
}

/** Whether a cluster hosts the broker that knows all of these members. */
async function hostsBroker({ brokerNamespace, client }: PropagationSite, sites: readonly PropagationSite[], signal: AbortSignal): Promise<boolean> {
  try {
    const { items } = await client.list(resources.clusters, { namespace: brokerNamespace, signal });
    const known = new Set(items.map(({ metadata }) => metadata.name));
    return sites.every(({ clusterID }) => known.has(clusterID));
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return false;
    throw error;
  }
}

/** Looks what can be measured. Throws MCS_NOT_JOINED, and MCS_USAGE for two contexts of one cluster. */
export async function preparePropagation(clusters: readonly BenchmarkCluster[], pairs: readonly ClusterPair[], signal: AbortSignal): Promise<PreparedPropagation> {
  const sites = await Promise.all(clusters.map((cluster) => inspectSite(cluster, signal)));
  for (const { context, uid } of sites) {
    const other = sites.find((site) => site.uid === uid && site.context !== context);
    if (other !== undefined) throw new McsError('MCS_USAGE', `Cannot measure between "${context}" and "${other.context}": they are one cluster`, { hints: ['kubectl config get-contexts'] });
  }
  const hosts = await Promise.all(sites.map((site) => hostsBroker(site, sites, signal)));
  const broker = sites.find((_, index) => hosts[index]);
  return { sites, pairs, ...(broker && { broker }) };
}
