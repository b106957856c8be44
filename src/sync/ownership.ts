import { MANAGED_BY, MANAGED_BY_MCS, ORIGIN_CLUSTER, ORIGIN_UID, OWNER } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';

/** Which part wrote an object, and for which object of which cluster. */
export interface Ownership {
  readonly owner: string;
  readonly originCluster: string;
  readonly originUid: string;
}

type Tagged = Pick<KubeObject, 'metadata'>;

/** Labels that mark an object as written by a part of `mcs`. */
export function ownershipLabels({ owner, originCluster, originUid }: Ownership): Record<string, string> {
  return { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: owner, [ORIGIN_CLUSTER]: originCluster, [ORIGIN_UID]: originUid };
}

/** The tag of an object; undefined where it is missing or incomplete. */
export function readOwnership({ metadata }: Tagged): Ownership | undefined {
  const { [OWNER]: owner, [ORIGIN_CLUSTER]: originCluster, [ORIGIN_UID]: originUid } = metadata.labels ?? {};
  if (owner === undefined || originCluster === undefined || originUid === undefined) return undefined;
  return { owner, originCluster, originUid };
}

/**
 * Loop guard: an object that carries any part of a tag is a copy, and never a source for another
 * cluster, in any mode, through any chain of clusters.
 */
export function isCopy({ metadata }: Tagged): boolean {
  const labels = metadata.labels ?? {};
  return OWNER in labels || ORIGIN_CLUSTER in labels;
}

/** Whether `owner` wrote the object and may change or delete it. */
export function isOwnedBy(object: Tagged, owner: string): boolean {
  return readOwnership(object)?.owner === owner;
}

/** Throws MCS_FOREIGN_OBJECT unless `owner` wrote the object. */
export function requireOwnership(object: KubeObject, owner: string): void {
  if (isOwnedBy(object, owner)) return;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot change ${object.kind} "${objectKey(object.metadata)}": it was not made by mcs ${owner}`);
}
