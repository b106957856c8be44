import { describeObject, resourceOf } from '../../api/kinds.ts';
import { type Resource, resourceName, resources } from '../../api/resources.ts';
import type { KubeObject, ObjectMeta, UnknownObject } from '../../api/types/index.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { isConflict, isNotFound } from '../../kube/api-error.ts';
import type { KubeClient, RequestOptions } from '../../kube/client.ts';

/** Under way at a time. */
const MAX_DELETIONS = 16;

/** An object to remove, or one that is left. */
export interface ObjectRef {
  readonly resource: Resource<KubeObject>;
  readonly name: string;
  readonly namespace?: string;
}

/** `Secret submariner-operator/mcs-broker` */
export function describeRef({ resource: { kind }, ...metadata }: ObjectRef): string {
  return describeObject({ kind, metadata });
}

/** Where a rendered object is. */
export function refOf(object: UnknownObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { resource: resourceOf(object), name, ...(namespace !== undefined && { namespace }) };
}

/** Deletes one object that was looked at before; not the one that took its name meanwhile. */
export async function deleteSeen(client: KubeClient, resource: Resource<KubeObject>, { name, namespace, uid }: ObjectMeta, options: RequestOptions): Promise<boolean> {
  try {
    await client.delete(resource, name, namespace, { ...options, propagation: 'Background', ...(uid !== undefined && { uid }) });
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return false;
    throw error;
  }
}

/**
 * Deletes the objects that carry our tag, in the given order: rights go before the policies that limit
 * them. What somebody else made under such a name stays. Gives what was deleted.
 */
export async function deleteOwned(client: KubeClient, refs: readonly ObjectRef[], options: RequestOptions): Promise<ObjectRef[]> {
  const deleted: ObjectRef[] = [];
  for (const ref of refs) {
    const found = await client.find(ref.resource, ref.name, ref.namespace, options);
    if (found && isOurs(found) && (await deleteSeen(client, ref.resource, found.metadata, options))) deleted.push(ref);
  }
  return deleted;
}

/** Deletes the Lease by which an agent was elected: it carries no tag, but a name that nobody else uses. */
export async function deleteElection(client: KubeClient, name: string, namespace: string, options: RequestOptions): Promise<ObjectRef[]> {
  const found = await client.find(resources.leases, name, namespace, options);
  const wasDeleted = found !== undefined && (await deleteSeen(client, resources.leases, found.metadata, options));
  return wasDeleted ? [{ resource: resources.leases, name, namespace }] : [];
}

/** Deletes every object of a kind that the selector matches, in one namespace or in all. */
export async function deleteSelected(client: KubeClient, resource: Resource<KubeObject>, labelSelector: string, options: RequestOptions & { readonly namespace?: string }): Promise<ObjectRef[]> {
  const { signal, namespace } = options;
  const items = await listOrNone(client, resource, { labelSelector, ...(signal && { signal }), ...(namespace !== undefined && { namespace }) });
  const deleted = await mapConcurrently(items, MAX_DELETIONS, async ({ metadata }): Promise<ObjectRef[]> => {
    const wasDeleted = await deleteSeen(client, resource, metadata, signal ? { signal } : {});
    return wasDeleted ? [{ resource, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }] : [];
  });
  return deleted.flat();
}

/** Objects of a kind that this API server may not serve. */
export async function listOrNone(client: KubeClient, resource: Resource<KubeObject>, options: Parameters<KubeClient['list']>[1]): Promise<KubeObject[]> {
  try {
    return (await client.list(resource, options)).items;
  } catch (error) {
    if (isNotFound(error)) return []; // the API is not served (any more)
    throw error;
  }
}

export function deletionOutcome(deleted: readonly ObjectRef[]): TaskOutcome {
  if (deleted.length === 0) return { state: 'unchanged', detail: 'nothing to remove' };
  const names = deleted.map(describeRef);
  return { state: 'deleted', detail: names.length <= 4 ? names.join(', ') : `${names.length} objects` };
}

const POLL_MS = 200;

/** Waits until objects are gone, up to a point in monotonic time, and gives those that are not. */
export async function findLeftovers(client: KubeClient, refs: readonly ObjectRef[], clock: Clock, deadline: number, signal: AbortSignal): Promise<ObjectRef[]> {
  for (;;) {
    const found = await Promise.all(refs.map((ref) => client.find(ref.resource, ref.name, ref.namespace, { signal })));
    const left = refs.filter((_ref, index) => found[index] !== undefined);
    if (left.length === 0 || clock.monotonic() >= deadline) return left;
    await sleep(clock, POLL_MS, signal);
  }
}

/** What could not be removed, and what to do about it. */
export interface Leftover {
  /** `Pod submariner-operator/mcs-dns-0` */
  readonly object: string;
  /** A command for a person who has the rights. */
  readonly command: string;
}

/** A pod whose node is gone never ends by itself; everything else that lingers waits for a finalizer. */
export function leftoverOf(ref: ObjectRef): Leftover {
  const { resource, name, namespace } = ref;
  const scope = namespace === undefined ? '' : ` -n ${namespace}`;
  const target = `${resourceName(resource)} ${name}${scope}`;
  const isPod = resource.plural === resources.pods.plural;
  const command = isPod ? `kubectl delete ${target} --force --grace-period=0   # if its node is gone` : `kubectl get ${target} -o yaml   # its finalizers and conditions say what it waits for`;
  return { object: describeRef(ref), command };
}

/** Removal up to a point in time, with a list for what is still there then. */
export interface Removal {
  readonly client: KubeClient;
  /** Nothing is really deleted, so nothing is waited for. */
  readonly isDryRun: boolean;
  readonly clock: Clock;
  /** Until when something may be waited for, monotonic time. */
  readonly deadline: number;
  /** Added to as things turn out not to go. */
  readonly leftovers: Leftover[];
}

/** Deletes objects that linger (namespaces, CRDs) and waits until they are gone, or notes that they are not. */
export async function removeLingering({ client, clock, deadline, isDryRun, leftovers }: Removal, refs: readonly ObjectRef[], signal: AbortSignal): Promise<TaskOutcome> {
  const deleted = await deleteOwned(client, refs, { signal });
  if (isDryRun) return deletionOutcome(deleted);
  const left = await findLeftovers(client, deleted, clock, deadline, signal);
  if (left.length === 0) return deletionOutcome(deleted);
  leftovers.push(...left.map(leftoverOf));
  return { state: 'warning', detail: `Still being deleted: ${left.map(describeRef).join(', ')}` };
}
