import { resources } from '../api/resources.ts';
import type { Cluster } from '../api/types/index.ts';
import type { IssuedToken, KubeClient, RequestOptions } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import { ensureCluster } from './ensure-cluster.ts';
import { DESK_FIELD_MANAGER, findOwned } from './find-owned.ts';
import type { MemberObjects } from './member-objects.ts';

/** Life of a member's token that is asked for; an API server may grant less. */
export const MEMBER_TOKEN_SECONDS = 7 * 24 * 3600;

/** Throws MCS_FOREIGN_OBJECT if anything of a member's names is taken by somebody else; writes nothing. */
export async function validateMemberNames(client: KubeClient, { account, renewalRole, bindings, cluster }: MemberObjects, options: RequestOptions): Promise<void> {
  await findOwned(client, resources.serviceAccounts, account, options);
  await findOwned(client, resources.roles, renewalRole, options);
  for (const binding of bindings) await findOwned(client, resources.roleBindings, binding, options);
  await findOwned(client, resources.clusters, cluster, options);
}

/**
 * A ServiceAccount without a Cluster is what an earlier member of that id left. It gets a new UID,
 * so that no token of that member is good for the new one.
 */
async function dropStaleAccount(client: KubeClient, { account }: MemberObjects, options: RequestOptions): Promise<void> {
  const stale = await findOwned(client, resources.serviceAccounts, account, options);
  const { uid } = stale?.metadata ?? {};
  if (stale === undefined) return;
  await client.delete(resources.serviceAccounts, account.metadata.name, account.metadata.namespace, { ...options, ...(uid !== undefined && { uid }) });
}

/**
 * Makes a member, or completes one that was begun, and gives a fresh token for it. The Cluster
 * comes after the account, so that it never stands beside an account of somebody else.
 * `standing` is the member's Cluster as it was when the join was decided.
 */
export async function ensureMember(client: KubeClient, objects: MemberObjects, standing: Cluster | undefined, options: RequestOptions): Promise<IssuedToken> {
  const { account, renewalRole, bindings, cluster } = objects;
  if (standing === undefined) await dropStaleAccount(client, objects, options);
  const ensureOptions = { ...options, fieldManager: DESK_FIELD_MANAGER };
  await ensureObject(client, resources.serviceAccounts, account, ensureOptions);
  await ensureObject(client, resources.roles, renewalRole, ensureOptions);
  for (const binding of bindings) await ensureObject(client, resources.roleBindings, binding, ensureOptions);
  await ensureCluster(client, cluster, options);
  return client.createToken(account.metadata.name, account.metadata.namespace ?? '', { ...options, expirationSeconds: MEMBER_TOKEN_SECONDS });
}
