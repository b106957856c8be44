import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { settleAll } from '../base/concurrently.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { isOwnedBy } from './ownership.ts';
import { type Desired, type Plan, type PlanConflict, satisfies } from './plan.ts';

export interface ApplyPlanOptions<T extends KubeObject> {
  readonly owner: string;
  /** `mcs-<part>` */
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
  /** Whether an object of this owner, which the cache did not know, is the one that is desired. Default: it is. */
  readonly isSame?: (standing: T, desired: Desired<T>) => boolean;
  /** Told of every object as the server stored it, before its event comes back. */
  readonly onWritten?: (object: T) => void;
  readonly onDeleted?: (object: T) => void;
}

export interface AppliedPlan<T extends KubeObject> {
  readonly written: readonly T[];
  readonly deleted: readonly T[];
  /** The plan's conflicts, and those that only the server knew of. */
  readonly conflicts: readonly PlanConflict<T>[];
}

/** JSON merge patch that brings a standing object to what is desired, for the object with this uid only. */
export function mergePatchFor<T extends KubeObject>({ object, absent = [] }: Desired<T>, uid: string | undefined): Record<string, unknown> {
  const patch = structuredClone(object) as Record<string, unknown>;
  const metadata = patch.metadata as Record<string, unknown>;
  if (uid !== undefined) metadata.uid = uid;
  for (const path of absent) setNull(patch, path);
  return patch;
}

function setNull(patch: Record<string, unknown>, path: readonly string[]): void {
  let current = patch;
  for (const key of path.slice(0, -1)) {
    current[key] ??= {};
    current = current[key] as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) current[last] = null;
}

/**
 * Writes what a plan says, all objects at the same time, and nothing where nothing differs.
 *
 * Creation is POST, because server-side apply takes over an object that it finds. Fields of a POST
 * stay owned by its "Update" entry in managedFields, so that a later apply could not remove a
 * port or a label again; changes are therefore merge patches, with the uid as precondition.
 * One failing object does not keep the others from being written; the first failure is thrown.
 */
export async function applyPlan<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  plan: Plan<T>,
  options: ApplyPlanOptions<T>,
): Promise<AppliedPlan<T>> {
  const writer = new PlanWriter(client, resource, options);
  await settleAll([
    ...plan.create.map((desired) => writer.create(desired)),
    ...plan.update.map(({ standing, desired }) => writer.update(desired, standing.metadata.uid)),
    ...plan.replace.map(({ standing, desired }) => writer.replace(desired, standing)),
    ...plan.delete.map((standing) => writer.delete(standing)),
  ]);
  return { written: writer.written, deleted: writer.deleted, conflicts: [...plan.conflicts, ...writer.conflicts] };
}

class PlanWriter<T extends KubeObject> {
  readonly written: T[] = [];
  readonly deleted: T[] = [];
  readonly conflicts: PlanConflict<T>[] = [];
  readonly #client: KubeClient;
  readonly #resource: Resource<T>;
  readonly #options: ApplyPlanOptions<T>;

  constructor(client: KubeClient, resource: Resource<T>, options: ApplyPlanOptions<T>) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
  }

  get #write(): { fieldManager: string; signal?: AbortSignal } {
    const { fieldManager, signal } = this.#options;
    return { fieldManager, ...(signal && { signal }) };
  }

  async create(desired: Desired<T>): Promise<void> {
    try {
      this.#record(await this.#client.create(this.#resource, desired.object, this.#write));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#settleExisting(desired, error);
    }
  }

  /** The cache did not know the object yet, or it is somebody else's. */
  async #settleExisting(desired: Desired<T>, error: unknown): Promise<void> {
    const { name, namespace } = desired.object.metadata;
    const standing = await this.#client.find(this.#resource, name, namespace, this.#write);
    if (standing === undefined) throw error;
    const { owner, isSame } = this.#options;
    if (!isOwnedBy(standing, owner) || isSame?.(standing, desired) === false) this.conflicts.push({ kind: 'foreign', desired, standing });
    else if (satisfies(standing, desired)) this.#record(standing);
    else await this.update(desired, standing.metadata.uid);
  }

  async update(desired: Desired<T>, uid: string | undefined): Promise<void> {
    const { name, namespace } = desired.object.metadata;
    const patch = mergePatchFor(desired, uid);
    this.#record(await this.#client.patch(this.#resource, name, namespace, 'application/merge-patch+json', patch, this.#write));
  }

  async replace(desired: Desired<T>, standing: T): Promise<void> {
    await this.delete(standing);
    await this.create(desired);
  }

  async delete(standing: T): Promise<void> {
    const { name, namespace, uid } = standing.metadata;
    try {
      await this.#client.delete(this.#resource, name, namespace, { ...this.#write, ...(uid !== undefined && { uid }) });
    } catch (error) {
      // gone, or another object by now, whose own event decides about it
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    this.deleted.push(standing);
    this.#options.onDeleted?.(standing);
  }

  #record(object: T): void {
    this.written.push(object);
    this.#options.onWritten?.(object);
  }
}
