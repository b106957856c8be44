import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { type Resource, resourceName } from '../api/resources.ts';
import type { KubeObject, ObjectMeta } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { isAlreadyExists, isConflict, isNotFound } from './api-error.ts';
import type { Draft, KubeClient, RequestOptions, WriteOptions } from './client.ts';
import { hasUpdateEntry, takeOverCreatedFields } from './field-ownership.ts';
import { isSameContent, isSubset } from './subset.ts';

/** Whether a standing object is ours to change. */
export type IsOurs = (object: KubeObject) => boolean;

export interface OwnershipOptions {
  /** What proves that a standing object is ours: labels, or a predicate. Default: `managed-by: mcs`. */
  readonly owner?: { readonly labels: Readonly<Record<string, string>> } | IsOurs;
}

export interface EnsureOptions extends OwnershipOptions, WriteOptions {
  /** `mcs-<part>` */
  readonly fieldManager: string;
}

export interface Ensured<T extends KubeObject> {
  readonly state: 'created' | 'updated' | 'unchanged';
  readonly object: T;
}

const DEFAULT_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS };

function proof(owner: OwnershipOptions['owner']): IsOurs {
  if (typeof owner === 'function') return owner;
  const labels = owner?.labels ?? DEFAULT_LABELS;
  return ({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value);
}

function requireOurs<T extends KubeObject>(resource: Resource<T>, object: T, owner: OwnershipOptions['owner']): void {
  if (proof(owner)(object)) return;
  const { name, namespace } = object.metadata;
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot change ${resource.kind} "${name}"${where}: it exists and mcs did not make it`, {
    hints: [`kubectl get ${resourceName(resource)} ${name}${namespace === undefined ? '' : ` -n ${namespace}`} -o yaml`],
    details: { kind: resource.kind, resource: resourceName(resource), name, ...(namespace !== undefined && { namespace }), managedBy: object.metadata.labels?.[MANAGED_BY] ?? '' },
  });
}

/** What is on its way out cannot be brought about; its finalizers decide when a new one can be created. */
function requireStanding<T extends KubeObject>(resource: Resource<T>, { metadata: { name, namespace, deletionTimestamp } }: T): void {
  if (deletionTimestamp === undefined) return;
  const scope = namespace === undefined ? '' : ` -n ${namespace}`;
  throw new McsError('MCS_API_ERROR', `Cannot change ${resource.kind} "${name}": it is being deleted`, {
    hints: [`kubectl wait --for=delete ${resourceName(resource)}/${name}${scope}`],
    details: { kind: resource.kind, name, deletionTimestamp },
  });
}

const metaOf = (draft: { readonly metadata?: unknown }): ObjectMeta => draft.metadata as ObjectMeta;

const withSignal = ({ signal }: RequestOptions): RequestOptions => (signal === undefined ? {} : { signal });

/** Creates the object; undefined if one of that name turned up in between. */
async function create<T extends KubeObject>(client: KubeClient, resource: Resource<T>, desired: Draft<T>, options: EnsureOptions): Promise<T | undefined> {
  const { fieldManager, dryRun, signal } = options;
  try {
    return await client.create(resource, desired, { fieldManager, ...(dryRun && { dryRun }), ...(signal && { signal }) });
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    throw error;
  }
}

async function update<T extends KubeObject>(client: KubeClient, resource: Resource<T>, desired: Draft<T>, standing: T, options: EnsureOptions): Promise<Ensured<T>> {
  requireOurs(resource, standing, options.owner);
  requireStanding(resource, standing);
  if (isSubset(desired, standing)) return { state: 'unchanged', object: standing };
  const { fieldManager, dryRun, signal } = options;
  const writeOptions = { fieldManager, ...(dryRun && { dryRun }), ...(signal && { signal }) };
  if (!dryRun) await takeOverCreatedFields(client, resource, standing, writeOptions);
  // the uid makes the server refuse where it would otherwise create, or take over a successor of the same name
  const pinned = { ...desired, metadata: { ...metaOf(desired), uid: standing.metadata.uid } } as Draft<T>;
  const object = await client.apply(resource, pinned, { ...writeOptions, force: true });
  const changed = !isSameContent(standing, object) || (dryRun === true && hasUpdateEntry(standing, fieldManager));
  return { state: changed ? 'updated' : 'unchanged', object };
}

const TRIES = 3;

/**
 * Brings an object that is ours about, without ever touching one that is not (ruling 11): POST where
 * there is none, nothing where all fields of `desired` hold already, else server-side apply pinned to the
 * uid. Throws MCS_FOREIGN_OBJECT where an object of that name lacks our tag, MCS_API_ERROR where it
 * is being deleted, and ApiError.
 */
export async function ensureObject<T extends KubeObject>(client: KubeClient, resource: Resource<T>, desired: Draft<T>, options: EnsureOptions): Promise<Ensured<T>> {
  const { name, namespace } = metaOf(desired);
  for (let attempt = 1; ; attempt += 1) {
    const standing = await client.find(resource, name, namespace, withSignal(options));
    if (standing === undefined) {
      const created = await create(client, resource, desired, options);
      if (created !== undefined) return { state: 'created', object: created };
      if (attempt === TRIES) throw new McsError('MCS_API_ERROR', `Cannot create ${resource.kind} "${name}": it comes and goes`);
      continue;
    }
    try {
      return await update(client, resource, desired, standing, options);
    } catch (error) {
      // deleted, recreated or changed since it was read
      if (attempt === TRIES || !(isConflict(error) || isNotFound(error))) throw error;
    }
  }
}

export interface DeleteOwnedOptions extends OwnershipOptions, RequestOptions {
  readonly dryRun?: boolean;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * Deletes an object that is ours, by uid, so that a successor of the same name survives.
 * Throws MCS_FOREIGN_OBJECT for one that is not ours.
 */
export async function deleteOwned(client: KubeClient, resource: Resource<KubeObject>, name: string, namespace: string | undefined, options: DeleteOwnedOptions = {}): Promise<'deleted' | 'absent'> {
  const { owner, ...deleteOptions } = options;
  const standing = await client.find(resource, name, namespace, withSignal(options));
  if (standing === undefined) return 'absent';
  requireOurs(resource, standing, owner);
  const { uid } = standing.metadata;
  try {
    await client.delete(resource, name, namespace, { ...deleteOptions, ...(uid !== undefined && { uid }) });
    return 'deleted';
  } catch (error) {
    // gone meanwhile, or replaced by another object, which is not the one to delete
    if (isNotFound(error) || isConflict(error)) return 'absent';
    throw error;
  }
}
