import { FLEET_CLUSTER } from '../../api/labels.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { findCapiVersion } from '../../fleet/capi-source.ts';
import { chooseClusters } from '../../fleet/choose-clusters.ts';
import type { FleetCluster } from '../../fleet/fleet-cluster.ts';
import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';

/** The Clusters of Cluster API in the version that is served; undefined where it is not installed. */
export async function findCapiClusters(client: KubeClient, signal: AbortSignal): Promise<Resource<KubeObject> | undefined> {
  const version = await findCapiVersion(client, signal);
  return version === undefined ? undefined : { ...resources.capiClusters, version };
}

/** Clusters that a hub knows, in order of their keys. Throws ApiError. */
export async function listHubClusters(client: KubeClient, hubNamespace: string, signal: AbortSignal): Promise<readonly FleetCluster[]> {
  const resource = await findCapiClusters(client, signal);
  const [capi, secrets] = await Promise.all([resource === undefined ? [] : client.list(resource, { signal }).then(({ items }) => items), client.list(resources.secrets, { namespace: hubNamespace, labelSelector: FLEET_CLUSTER, signal })]);
  return [...chooseClusters(capi, secrets.items).clusters.values()];
}

/** The same for a reader that may have fewer rights than the hub: undefined where something may not be listed. */
export async function tryListHubClusters(client: KubeClient, hubNamespace: string, signal: AbortSignal): Promise<readonly FleetCluster[] | undefined> {
  try {
    return await listHubClusters(client, hubNamespace, signal);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
