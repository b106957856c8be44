import { type Cidr, cidrsOverlap, parseCidr } from '../api/cidr.ts';
import type { Cluster } from '../api/types/index.ts';

/** The ranges of one cluster, in text form. */
export interface ClusterRanges {
  readonly clusterID: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** Node addresses, mostly as /32. */
  readonly nodeCIDRs: readonly string[];
}

export type RangeKind = 'pod' | 'service' | 'node';

/** Two ranges of different clusters that share addresses. */
export interface CidrConflict {
  /** Kind and range of the candidate. */
  readonly ownKind: RangeKind;
  readonly own: string;
  /** The member on the other side, with its kind and range. */
  readonly member: string;
  readonly theirKind: RangeKind;
  readonly theirs: string;
  /** Whether packets between the clusters would go astray, so that tunnels cannot be built. */
  readonly breaksRouting: boolean;
}

/**
 * The kinds that must not meet. Routing breaks where an address of a pod or node means two hosts;
 * remote service addresses are never routed, so those merely deserve a warning. Node addresses
 * that meet node addresses are left out: most private networks look alike, and tunnels do not mind.
 */
const RULES: readonly (readonly [RangeKind, RangeKind, boolean])[] = [
  ['pod', 'pod', true],
  ['node', 'pod', true],
  ['pod', 'node', true],
  ['service', 'service', false],
  ['service', 'pod', false],
  ['pod', 'service', false],
];

interface Parsed {
  readonly clusterID: string;
  readonly ranges: Readonly<Record<RangeKind, readonly Cidr[]>>;
}

function parseAll(texts: readonly string[]): Cidr[] {
  return texts.map(parseCidr).filter((cidr) => cidr !== undefined);
}

function parseRanges({ clusterID, podCIDRs, serviceCIDRs, nodeCIDRs }: ClusterRanges): Parsed {
  return { clusterID, ranges: { pod: parseAll(podCIDRs), service: parseAll(serviceCIDRs), node: parseAll(nodeCIDRs) } };
}

function conflictsWith(candidate: Parsed, member: Parsed): CidrConflict[] {
  return RULES.flatMap(([ownKind, theirKind, breaksRouting]) =>
    candidate.ranges[ownKind].flatMap((own) =>
      member.ranges[theirKind]
        .filter((theirs) => cidrsOverlap(own, theirs))
        .map((theirs) => ({ ownKind, own: own.text, member: member.clusterID, theirKind, theirs: theirs.text, breaksRouting })),
    ),
  );
}

/**
 * Every overlap of the candidate's ranges with those of the members, the ones that break routing
 * first. A member with the candidate's own id is the candidate itself. Texts that are no CIDR
 * overlap with nothing; `findCidrFault` finds them.
 */
export function findCidrConflicts(candidate: ClusterRanges, members: readonly ClusterRanges[]): CidrConflict[] {
  const parsed = parseRanges(candidate);
  const conflicts = members.filter(({ clusterID }) => clusterID !== candidate.clusterID).flatMap((member) => conflictsWith(parsed, parseRanges(member)));
  return conflicts.sort((a, b) => Number(b.breaksRouting) - Number(a.breaksRouting));
}

/** Whether a conflict refuses a join with these components: only where packets are to be routed. */
export function refusesJoin(conflict: CidrConflict, components: readonly string[]): boolean {
  return conflict.breaksRouting && components.includes('connectivity');
}

/** Both sides of a conflict: `pod range 10.0.0.0/16 of "west" overlaps with pod range 10.0.0.0/8 of "east"`. */
export function describeConflict(conflict: CidrConflict, candidateID: string): string {
  const { ownKind, own, member, theirKind, theirs } = conflict;
  return `${ownKind} range ${own} of "${candidateID}" overlaps with ${theirKind} range ${theirs} of "${member}"`;
}

const LOOPBACK = '127.0.0.0/8';
/** Ranges that no host of another cluster can have (RFC 6890, RFC 5771). */
const UNUSABLE = ['0.0.0.0/8', LOOPBACK, '169.254.0.0/16', '224.0.0.0/4', '255.255.255.255/32'];
/** A cluster with more than a /8 would claim a good part of everybody's addresses. */
const WIDEST_PREFIX = 8;

/**
 * Why a text cannot be a range of a member; undefined if it can. Only IPv4 is supported.
 * Loopback is allowed in the sandbox alone, whose clusters live there.
 */
export function findCidrFault(text: string, { allowLoopback }: { allowLoopback: boolean }): string | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return 'it is no CIDR such as 10.16.0.0/16';
  if (cidr.family !== 'IPv4') return 'IPv6 is not supported';
  if (cidr.prefix < WIDEST_PREFIX) return `it is wider than a /${WIDEST_PREFIX}`;
  const unusable = UNUSABLE.filter((range) => !(allowLoopback && range === LOOPBACK)).find((range) => meets(cidr, range));
  return unusable === undefined ? undefined : `it meets ${unusable}, which no host of another cluster can have`;
}

function meets(cidr: Cidr, range: string): boolean {
  const other = parseCidr(range);
  return other !== undefined && cidrsOverlap(cidr, other);
}

/** The granted ranges of a member, from its Cluster object on the broker. */
export function rangesOfMember({ spec }: Cluster): ClusterRanges {
  // objects that subctl wrote may lack any of them
  const written: Partial<Cluster['spec']> = { ...spec };
  return { clusterID: written.cluster_id ?? '', podCIDRs: written.cluster_cidr ?? [], serviceCIDRs: written.service_cidr ?? [], nodeCIDRs: written.node_cidr ?? [] };
}
