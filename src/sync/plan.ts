import { objectKey } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Draft } from '../kube/client.ts';
import { agreesWith } from './agrees-with.ts';
import { isOwnedBy, readOwnership } from './ownership.ts';

/** An object as it shall be. */
export interface Desired<T extends KubeObject> {
  readonly object: Draft<T>;
  /** Paths of fields that must not be there; what is neither in `object` nor here is left alone. */
  readonly absent?: readonly (readonly string[])[];
}

export interface PlannedUpdate<T extends KubeObject> {
  readonly standing: T;
  readonly desired: Desired<T>;
}

export type PlanConflict<T extends KubeObject> =
  /** An object of that name is not ours, and is left alone. */
  | { readonly kind: 'foreign'; readonly desired: Desired<T>; readonly standing: T }
  /** Two sources want the same object; the one that came first has it. */
  | { readonly kind: 'precedence'; readonly desired: Desired<T>; readonly winner: Desired<T> };

export interface Plan<T extends KubeObject> {
  readonly create: readonly Desired<T>[];
  readonly update: readonly PlannedUpdate<T>[];
  /** Deleted and created anew, because a field that differs cannot be changed. */
  readonly replace: readonly PlannedUpdate<T>[];
  readonly delete: readonly T[];
  readonly conflicts: readonly PlanConflict<T>[];
}

export interface PlanInput<T extends KubeObject> {
  readonly owner: string;
  /** What all known sources want, most important source first. */
  readonly desired: readonly Desired<T>[];
  /** What stands in the target: every owned object, and every other one that has a desired name. */
  readonly standing: readonly T[];
  /**
   * Origin clusters that could not be listed. Unknown differs from empty: nothing of theirs is
   * deleted. A source that is gone for good is in neither list, so its objects go.
   */
  readonly unknownSources?: ReadonlySet<string>;
  /** Whether the object cannot become what is desired, because the API refuses that (an immutable field). Decides first. */
  readonly mustReplace?: (standing: T, desired: Desired<T>) => boolean;
}

function hasPath(object: unknown, path: readonly string[]): boolean {
  let current: unknown = object;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return false;
    current = (current as Record<string, unknown>)[key];
  }
  return current !== undefined;
}

/** Whether an object says all that is desired, and nothing that must be absent. */
export function satisfies<T extends KubeObject>(standing: T, { object, absent = [] }: Desired<T>): boolean {
  return agreesWith(object, standing) && !absent.some((path) => hasPath(standing, path));
}

/**
 * What must be written so that the target holds what its sources want. Pure: restart recovery,
 * orphan sweep, removed sources and precedence are all this one function.
 */
export function plan<T extends KubeObject>(input: PlanInput<T>): Plan<T> {
  const { owner, unknownSources = new Set() } = input;
  const standing = new Map(input.standing.map((object) => [objectKey(object.metadata), object]));
  const wanted = new Map<string, Desired<T>>();
  const result = { create: [] as Desired<T>[], update: [] as PlannedUpdate<T>[], replace: [] as PlannedUpdate<T>[], conflicts: [] as PlanConflict<T>[] };
  for (const desired of input.desired) {
    const key = objectKey(desired.object.metadata);
    const winner = wanted.get(key);
    if (winner !== undefined) {
      result.conflicts.push({ kind: 'precedence', desired, winner });
      continue;
    }
    wanted.set(key, desired);
    const found = standing.get(key);
    if (found === undefined) result.create.push(desired);
    else if (!isOwnedBy(found, owner)) result.conflicts.push({ kind: 'foreign', desired, standing: found });
    else if (isTerminating(found)) continue;
    else if (input.mustReplace?.(found, desired)) result.replace.push({ standing: found, desired });
    else if (!satisfies(found, desired)) result.update.push({ standing: found, desired });
  }
  const isSurplus = (object: T): boolean =>
    !wanted.has(objectKey(object.metadata)) &&
    !isTerminating(object) &&
    isOwnedBy(object, owner) &&
    !unknownSources.has(readOwnership(object)?.originCluster ?? '');
  return { ...result, delete: input.standing.filter(isSurplus) };
}

/** What is being deleted is left alone; the event of its end brings the key back. */
function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Number of writes that a plan needs. */
export function countWrites(plan: Plan<KubeObject>): number {
  return plan.create.length + plan.update.length + plan.replace.length * 2 + plan.delete.length;
}
