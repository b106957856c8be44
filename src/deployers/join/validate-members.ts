import { IDENTITY_KEY } from '../../api/labels.ts';
import type { Cluster } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { type ClusterRanges, describeConflict, findCidrConflicts, rangesOfMember, refusesJoin } from '../../discovery/cidr-overlap.ts';

/** The joining cluster, as far as it shows who it is. */
export interface Joiner {
  readonly clusterID: string;
  /** UID of its kube-system namespace. */
  readonly clusterUID: string;
  /** Public half of its identity; undefined before its first join. */
  readonly identityKey: string | undefined;
}

function validateSameId({ clusterID, clusterUID }: Joiner, members: readonly Cluster[]): void {
  const other = members.find(({ spec }) => spec.cluster_uid === clusterUID && spec.cluster_id !== clusterID)?.spec.cluster_id;
  if (other === undefined) return;
  throw new McsError('MCS_CLUSTER_ID_CHANGED', `Cannot join as "${clusterID}": this cluster is a member already, as "${other}"`, {
    hints: [`--clusterid ${other}`, 'mcs leave'],
    details: { clusterID, current: other },
  });
}

/**
 * Throws MCS_CLUSTER_ID_TAKEN where another cluster has the id, or this one can no longer prove
 * that it is the one; MCS_CLUSTER_ID_CHANGED where this cluster is a member under another id.
 * The desk decides the same again, one join at a time.
 */
export function validateClusterIdFree(joiner: Joiner, members: readonly Cluster[]): void {
  const { clusterID, clusterUID, identityKey } = joiner;
  validateSameId(joiner, members);
  const holder = members.find(({ metadata }) => metadata.name === clusterID);
  if (holder === undefined || (identityKey !== undefined && holder.metadata.annotations?.[IDENTITY_KEY] === identityKey)) return;
  const isSelf = holder.spec.cluster_uid === clusterUID;
  const state = isSelf ? 'this cluster had that id, and has lost the key that proves it (Secret "mcs-identity")' : 'another cluster has that id';
  const freeing = `kubectl -n ${holder.metadata.namespace ?? ''} delete clusters.submariner.io ${clusterID}   # on the broker, frees the id`;
  throw new McsError('MCS_CLUSTER_ID_TAKEN', `Cannot join as "${clusterID}": ${state}`, {
    hints: isSelf ? [freeing] : [`--clusterid ${clusterID.slice(0, 61)}-2`],
    details: { clusterID, holderUID: holder.spec.cluster_uid ?? '' },
  });
}

/**
 * Compares the ranges with those of every member. Throws MCS_CIDR_OVERLAP with both sides named
 * where tunnels could not work; gives the harmless overlaps as warnings.
 */
export function validateNoOverlap(ranges: ClusterRanges, components: readonly string[], members: readonly Cluster[]): string[] {
  const conflicts = findCidrConflicts(ranges, members.map(rangesOfMember));
  const describe = (conflict: (typeof conflicts)[number]): string => describeConflict(conflict, ranges.clusterID);
  const refusing = conflicts.filter((conflict) => refusesJoin(conflict, components));
  if (refusing.length === 0) return conflicts.map(describe);
  throw new McsError('MCS_CIDR_OVERLAP', `Cannot join as "${ranges.clusterID}": ${refusing.map(describe).join('; ')}`, {
    hints: [
      '--clustercidr <range>, if this is not the range of the pods',
      'Give this cluster other ranges',
      'mcs gateway-dns install-hub   # names of ingress gateways need no distinct ranges',
      'mcs deploy-broker --components service-discovery   # if pods need no tunnels between the clusters',
    ],
    details: { conflicts: refusing },
  });
}
