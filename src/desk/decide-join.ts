import { IDENTITY_KEY } from '../api/labels.ts';
import { DESK_LEASE, isClusterId } from '../api/names.ts';
import type { Cluster, ClusterJoin } from '../api/types/index.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { McsError } from '../base/errors.ts';
import { verifyClusterJoin } from '../broker-info/cluster-join.ts';
import type { JoinToken } from '../broker-info/join-token.ts';
import { driversOfOthers, mixedDriverMessage } from '../discovery/cable-drivers.ts';
import { describeConflict, findCidrConflicts, findCidrFault, rangesOfMember, refusesJoin } from '../discovery/cidr-overlap.ts';

/** All that decides about one join. */
export interface JoinQuestion {
  readonly join: ClusterJoin;
  /** Undefined where the desk has no such token. */
  readonly token: JoinToken | undefined;
  /** Every Cluster of the broker. */
  readonly members: readonly Cluster[];
  /** UID of the broker's namespace. */
  readonly brokerUID: string;
  /** ms since the epoch */
  readonly now: number;
  /** True in the sandbox only, whose clusters live on loopback. */
  readonly allowLoopback: boolean;
}

export interface Refusal {
  readonly verdict: 'refuse';
  readonly code: ErrorCode;
  readonly message: string;
  readonly hints: readonly string[];
}

export type Decision = { readonly verdict: 'accept'; readonly countUse: boolean } | { readonly verdict: 'pending' } | Refusal;

/** A question about a token that exists. */
type KnownQuestion = JoinQuestion & { readonly token: JoinToken };
type Rule = (question: KnownQuestion) => Refusal | undefined;

const OVERLAP_HINTS = [
  'mcs join broker-info.subm --clustercidr <range>   # if this is not the range of the pods',
  'mcs deploy-broker --components service-discovery   # if pods need no tunnels between the clusters',
  'Give this cluster other ranges',
  'mcs gateway-dns install-hub   # names of ingress gateways need no distinct ranges',
];
/** Conflicts that one refusal names; the rest is counted. */
const MAX_NAMED_CONFLICTS = 5;

function refuse(code: ErrorCode, message: string, ...hints: readonly string[]): Refusal {
  return { verdict: 'refuse', code, message, hints };
}

const refuseWithoutProof: Rule = ({ join, token, brokerUID }) => {
  try {
    verifyClusterJoin(join, { brokerUID, tokenSecret: token.secret });
    return undefined;
  } catch (error) {
    if (!(error instanceof McsError)) throw error;
    return refuse(error.code, error.message, ...error.hints);
  }
};

/** Judged by when the request was made: one that waited for the desk is late, but not invalid. */
const refuseExpired: Rule = ({ join, token, now }) => {
  const created = Date.parse(join.metadata.creationTimestamp ?? '');
  if ((Number.isNaN(created) ? now : created) < Date.parse(token.expiresAt)) return undefined;
  return refuse('MCS_JOIN_TOKEN_EXPIRED', `Cannot join: join token "${token.id}" expired at ${token.expiresAt}`, 'mcs deploy-broker');
};

const refuseUsedUp: Rule = ({ join, token }) => {
  if (token.maxUses === undefined || token.uses.includes(join.spec.identityKey) || token.uses.length < token.maxUses) return undefined;
  return refuse('MCS_JOIN_TOKEN_USED_UP', `Cannot join: join token "${token.id}" is good for ${token.maxUses} cluster(s) and was used by as many`, 'mcs deploy-broker');
};

const refuseOtherCluster: Rule = ({ join, token }) => {
  if (token.clusterID === undefined || token.clusterID === join.spec.clusterID) return undefined;
  const message = `Cannot join as "${join.spec.clusterID}": join token "${token.id}" is good for cluster id "${token.clusterID}" only`;
  return refuse('MCS_JOIN_TOKEN_OTHER_CLUSTER', message, `mcs join broker-info.subm --clusterid ${token.clusterID}`);
};

const refuseInvalidID: Rule = ({ join }) => {
  if (isClusterId(join.spec.clusterID)) return undefined;
  return refuse('MCS_CLUSTER_ID_INVALID', `Cannot join as "${join.spec.clusterID}": a cluster id is 1 to 63 of a-z, 0-9 and "-", and not "${DESK_LEASE}"`, 'mcs join broker-info.subm --clusterid west');
};

const refuseSecondID: Rule = ({ join: { spec }, members }) => {
  const other = members.find(({ spec: member }) => member.cluster_uid === spec.clusterUID && member.cluster_id !== spec.clusterID)?.spec.cluster_id;
  if (other === undefined) return undefined;
  const message = `Cannot join as "${spec.clusterID}": this cluster is a member already, as "${other}"`;
  return refuse('MCS_CLUSTER_ID_CHANGED', message, `mcs join broker-info.subm --clusterid ${other}`, 'mcs leave');
};

/** The kube-system UID proves nothing, every holder of a join token can read it: only the identity key gives an id back. */
const refuseTakenID: Rule = ({ join: { spec }, members }) => {
  const holder = members.find(({ metadata }) => metadata.name === spec.clusterID);
  if (holder === undefined || holder.metadata.annotations?.[IDENTITY_KEY] === spec.identityKey) return undefined;
  if (holder.spec.cluster_uid === spec.clusterUID) {
    const message = `Cannot join as "${spec.clusterID}": this cluster had that id, and has lost the key that proves it (Secret "mcs-identity")`;
    return refuse('MCS_CLUSTER_ID_TAKEN', message, `kubectl -n ${holder.metadata.namespace ?? ''} delete clusters.submariner.io ${spec.clusterID}   # on the broker, frees the id`);
  }
  return refuse('MCS_CLUSTER_ID_TAKEN', `Cannot join as "${spec.clusterID}": another cluster has that id`, `mcs join broker-info.subm --clusterid ${spec.clusterID.slice(0, 61)}-2`);
};

const refuseInvalidRange: Rule = ({ join: { spec }, allowLoopback }) => {
  const ranges = { pod: spec.podCIDRs, service: spec.serviceCIDRs, node: spec.nodeCIDRs };
  for (const [kind, texts] of Object.entries(ranges)) {
    for (const text of texts) {
      const fault = findCidrFault(text, { allowLoopback });
      if (fault !== undefined) return refuse('MCS_CIDR_INVALID', `Cannot join as "${spec.clusterID}" with ${kind} range "${text}": ${fault}`, 'mcs join broker-info.subm --clustercidr 10.16.0.0/16');
    }
  }
  return undefined;
};

const refuseOverlap: Rule = ({ join: { spec }, members }) => {
  const conflicts = findCidrConflicts(spec, members.map(rangesOfMember)).filter((conflict) => refusesJoin(conflict, spec.components));
  if (conflicts.length === 0) return undefined;
  const named = conflicts.slice(0, MAX_NAMED_CONFLICTS).map((conflict) => describeConflict(conflict, spec.clusterID));
  const more = conflicts.length > named.length ? `, and ${conflicts.length - named.length} more` : '';
  return refuse('MCS_CIDR_OVERLAP', `Cannot join as "${spec.clusterID}": ${named.join('; ')}${more}`, ...OVERLAP_HINTS);
};

const refuseMixedDriver: Rule = ({ join: { spec }, members }) => {
  const driver = spec.components.includes('connectivity') ? spec.settings?.cableDriver : undefined;
  const other = driversOfOthers(members, spec.clusterID).find((one) => one.driver !== driver);
  if (driver === undefined || other === undefined) return undefined;
  return refuse('MCS_CABLE_DRIVER_MIXED', mixedDriverMessage(spec.clusterID, driver, other), `mcs join broker-info.subm --cable-driver ${other.driver}`);
};

/** In this order: who asks must be clear before anything about other members is said. */
const RULES: readonly Rule[] = [
  refuseWithoutProof,
  refuseExpired,
  refuseUsedUp,
  refuseOtherCluster,
  refuseInvalidID,
  refuseSecondID,
  refuseTakenID,
  refuseInvalidRange,
  refuseOverlap,
  refuseMixedDriver,
];

/**
 * Decides about one join. Approval comes last, so that nobody is asked to accept what would be
 * refused anyway; the rules are gone through again after it.
 */
export function decideJoin(question: JoinQuestion): Decision {
  const { join, token } = question;
  if (token === undefined) {
    return refuse('MCS_JOIN_TOKEN_REJECTED', 'Cannot join: the desk does not know this join token', 'mcs deploy-broker');
  }
  for (const rule of RULES) {
    const refusal = rule({ ...question, token });
    if (refusal !== undefined) return refusal;
  }
  if (token.denied.includes(join.spec.identityKey)) {
    return refuse('MCS_JOIN_REFUSED', `Cannot join as "${join.spec.clusterID}": somebody on the broker has denied it`, `mcs accept ${join.spec.clusterID}   # with a context of the broker, if that was a mistake`);
  }
  if (token.approve && !token.accepted.includes(join.spec.identityKey)) return { verdict: 'pending' };
  return { verdict: 'accept', countUse: !token.uses.includes(join.spec.identityKey) };
}
