import { LEAVING, MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../api/labels.ts';
import { memberAccountName, memberRenewalName } from '../api/names.ts';
import { resources, type Resource } from '../api/resources.ts';
import type { KubeObject, Lease, ObjectMeta } from '../api/types/index.ts';
import { mapConcurrently } from '../base/concurrently.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, RequestOptions } from '../kube/client.ts';

/** Under way at a time: a member may have exported thousands of services. */
const MAX_DELETIONS = 16;

/** Whether a member has asked, on its own Lease, to be removed. Only that member can write it. */
export function isLeaving(lease: Lease): boolean {
  return lease.metadata.annotations?.[LEAVING] !== undefined;
}

async function deleteSeen(client: KubeClient, resource: Resource<KubeObject>, { name, namespace, uid }: ObjectMeta, options: RequestOptions): Promise<void> {
  await client.delete(resource, name, namespace, { ...options, ...(uid !== undefined && { uid }) }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

async function deleteIfOurs(client: KubeClient, resource: Resource<KubeObject>, name: string, namespace: string, options: RequestOptions): Promise<void> {
  const found = await client.find(resource, name, namespace, options);
  if (found?.metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS) await deleteSeen(client, resource, found.metadata, options);
}

/**
 * Deletes what a member wrote, with our tag or without: what stays would be taken for an export of
 * the next member of that id. Its object names end in its id; the label alone could be anybody's mistake.
 */
async function deleteExports(client: KubeClient, resource: Resource<KubeObject>, cluster: string, namespace: string, options: RequestOptions): Promise<void> {
  const { items } = await client.list(resource, { ...options, namespace, labelSelector: `${MEMBER}=${cluster}` });
  const own = items.filter(({ metadata }) => metadata.name.endsWith(`.${cluster}`));
  await mapConcurrently(own, MAX_DELETIONS, ({ metadata }) => deleteSeen(client, resource, metadata, options));
}

/**
 * Removes all that the broker holds for a member that leaves: first its rights, so that it writes
 * nothing any more, then its exports and tunnel ends, and its Lease last, so that a removal that was cut is taken up again.
 */
export async function removeMember(client: KubeClient, cluster: string, namespace: string, options: RequestOptions): Promise<void> {
  const account = memberAccountName(cluster);
  const renewal = memberRenewalName(cluster);
  for (const name of [account, renewal]) await deleteIfOurs(client, resources.roleBindings, name, namespace, options);
  await deleteIfOurs(client, resources.roles, renewal, namespace, options);
  await deleteIfOurs(client, resources.serviceAccounts, account, namespace, options);
  await deleteExports(client, resources.cableEndpoints, cluster, namespace, options);
  await removeRecords(client, cluster, namespace, options);
}

/** Removes what a member shares, its Cluster, and its Lease last. Whoever writes for the member must have stopped. */
export async function removeRecords(client: KubeClient, cluster: string, namespace: string, options: RequestOptions): Promise<void> {
  await deleteExports(client, resources.serviceImports, cluster, namespace, options);
  await deleteExports(client, resources.endpointSlices, cluster, namespace, options);
  await deleteIfOurs(client, resources.clusters, cluster, namespace, options);
  await client.delete(resources.leases, cluster, namespace, options).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** Removes a member if it has asked for that. Returns whether it had. */
export async function removeIfLeaving(client: KubeClient, cluster: string, namespace: string, options: RequestOptions): Promise<boolean> {
  const lease = await client.find(resources.leases, cluster, namespace, options);
  if (lease === undefined || !isLeaving(lease)) return false;
  await removeMember(client, cluster, namespace, options);
  return true;
}
