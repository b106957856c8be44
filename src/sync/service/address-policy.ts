import { type Cidr, cidrContains, cidrsOverlap, familyOf, parseCidr, specialRangeOf } from '../../api/cidr.ts';
import type { Cluster, IpFamily } from '../../api/types/index.ts';
import type { RejectionReason } from './rejection.ts';

export interface AddressPolicyInput {
  /** Cluster objects of the broker: only the desk writes them, so their ranges are granted ones. */
  readonly clusters: readonly Cluster[];
  readonly localCluster: string;
  /** Pod, service and node ranges of the importing cluster. */
  readonly ownRanges: readonly Cidr[];
  /** Only where the own process was started in the sandbox; never because of what a record says. */
  readonly allowLoopback: boolean;
}

/** Which addresses a member may name as its endpoints. */
export interface AddressPolicy {
  isMember(cluster: string): boolean;
  refusalOf(address: string, family: IpFamily, cluster: string): RejectionReason | undefined;
}

interface MemberRanges {
  readonly granted: readonly Cidr[];
  /** Ranges within the granted ones that belong to the importer or to an older member. */
  readonly contested: readonly Cidr[];
}

/** Ranges granted to a member; what is malformed grants nothing. */
export function grantedRanges(cluster: Cluster): Cidr[] {
  const { cluster_cidr: pods, node_cidr: nodes } = (cluster as Partial<Cluster>).spec ?? ({} as Partial<Cluster['spec']>);
  return parseAll([pods, nodes].flatMap((ranges: unknown) => (Array.isArray(ranges) ? ranges.filter((range) => typeof range === 'string') : [])));
}

/** Ranges of texts; what is no CIDR is left out, and so grants nothing. */
export function parseAll(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? []);
}

/** Whether a cluster became a member before another one. */
export function isOlder(a: Cluster, b: Cluster): boolean {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return left === right ? a.metadata.name < b.metadata.name : left < right;
}

function rangesOf(cluster: Cluster, input: AddressPolicyInput): MemberRanges {
  const granted = grantedRanges(cluster);
  const isLocal = cluster.metadata.name === input.localCluster;
  const older = input.clusters.filter((other) => other.metadata.name !== cluster.metadata.name && isOlder(other, cluster));
  const foreign = isLocal ? [] : [...input.ownRanges, ...older.flatMap(grantedRanges)];
  return { granted, contested: foreign.filter((range) => granted.some((own) => cidrsOverlap(own, range))) };
}

/** What of an address no API server takes in a slice of a family; undefined where it may stand in one. */
export function refusalOfForm(address: string, family: IpFamily, allowLoopback: boolean): 'AddressInvalid' | 'AddressSpecial' | undefined {
  if (familyOf(address) !== family) return 'AddressInvalid';
  const special = specialRangeOf(address);
  return special === undefined || (special === 'loopback' && allowLoopback) ? undefined : 'AddressSpecial';
}

export function createAddressPolicy(input: AddressPolicyInput): AddressPolicy {
  const members = new Map(input.clusters.map((cluster) => [cluster.metadata.name, rangesOf(cluster, input)]));
  const refusalOf = (address: string, family: IpFamily, cluster: string): RejectionReason | undefined => {
    const ranges = members.get(cluster);
    if (ranges === undefined) return 'UnknownMember';
    const refusal = refusalOfForm(address, family, input.allowLoopback);
    if (refusal !== undefined) return refusal;
    if (!ranges.granted.some((range) => cidrContains(range, address))) return 'AddressNotGranted';
    return ranges.contested.some((range) => cidrContains(range, address)) ? 'AddressContested' : undefined;
  };
  return { isMember: (cluster) => members.has(cluster), refusalOf };
}
