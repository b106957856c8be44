import type { Resource } from '../../api/resources.ts';
import type { KubeObject, ObjectMeta } from '../../api/types/index.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { isConflict, isNotFound } from '../../kube/api-error.ts';
import type { KubeClient, RequestOptions } from '../../kube/client.ts';

/** An object to remove, or one that is left. */
export interface ObjectRef {
  readonly resource: Resource<KubeObject>;
  readonly name: string;
  readonly namespace?: string;
}

/** `Secret submariner-operator/mcs-broker` */
export function describeRef({ resource, name, namespace }: ObjectRef): string {
  return `${resource.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
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

/** Deletes the objects that carry our tag; what somebody else made under such a name stays. Gives what was deleted. */
export async function deleteOwned(client: KubeClient, refs: readonly ObjectRef[], options: RequestOptions): Promise<ObjectRef[]> {
  const deleted: ObjectRef[] = [];
  for (const ref of refs) {
    const found = await client.find(ref.resource, ref.name, ref.namespace, options);
    if (found && isOurs(found) && (await deleteSeen(client, ref.resource, found.metadata, options))) deleted.push(ref);
  }
  return deleted;
}

/** Deletes every object of a kind that the selector matches, in one namespace or in all. */
export async function deleteSelected(client: KubeClient, resource: Resource<KubeObject>, labelSelector: string, options: RequestOptions & { readonly namespace?: string }): Promise<ObjectRef[]> {
  const { signal, namespace } = options;
  const items = await listOrNone(client, resource, { labelSelector, ...(signal && { signal }), ...(namespace !== undefined && { namespace }) });
  const deleted: ObjectRef[] = [];
  for (const { metadata } of items) {
    const wasDeleted = await deleteSeen(client, resource, metadata, signal ? { signal } : {});
    if (wasDeleted) deleted.push({ resource, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) });
  }
  return deleted;
}

async function listOrNone(client: KubeClient, resource: Resource<KubeObject>, options: Parameters<KubeClient['list']>[1]): Promise<KubeObject[]> {
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

/** Removal up to a point in time, with a list for what is still there then. */
export interface Removal {
  readonly client: KubeClient;
  /** Nothing is really deleted, so nothing is waited for. */
  readonly isDryRun: boolean;
  readonly clock: Clock;
  /** Monotonic time. */
  readonly deadline: number;
  /** What could not be removed, in words. */
  readonly leftovers: string[];
}

/** Deletes objects that linger (namespaces, CRDs) and waits until they are gone, or notes that they are not. */
export async function removeLingering({ client, clock, deadline, isDryRun, leftovers }: Removal, refs: readonly ObjectRef[], signal: AbortSignal): Promise<TaskOutcome> {
  const deleted = await deleteOwned(client, refs, { signal });
  if (isDryRun) return deletionOutcome(deleted);
  const left = await findLeftovers(client, deleted, clock, deadline, signal);
  if (left.length === 0) return deletionOutcome(deleted);
  leftovers.push(...left.map(describeRef));
  return { state: 'warning', detail: `Still being deleted: ${left.map(describeRef).join(', ')}` };
}
