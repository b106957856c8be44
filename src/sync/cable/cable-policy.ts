import { type Cidr, cidrContains, cidrsOverlap, specialRangeOf } from '../../api/cidr.ts';
import type { Cluster } from '../../api/types/index.ts';
import { grantedRanges, isOlder, parseAll } from '../service/address-policy.ts';
import type { RejectionReason } from '../service/rejection.ts';

export interface CablePolicyInput {
  /** Cluster objects of the broker: only the desk writes them, so their ranges are granted ones. */
  readonly clusters: readonly Cluster[];
  readonly localCluster: string;
  /** Ranges of the own cluster, as joined with. */
  readonly own: { readonly podCIDRs: readonly string[]; readonly serviceCIDRs: readonly string[]; readonly nodeCIDRs: readonly string[] };
  /** Only where the own process was started in the sandbox. */
  readonly isSimulated: boolean;
}

/** What the end of another member's tunnel may say. */
export interface CablePolicy {
  readonly isSimulated: boolean;
  /** The other members in order of age, the oldest first. */
  readonly members: readonly string[];
  /** Why a range may not be routed to a member; undefined where it may. */
  subnetRefusal(subnet: Cidr, cluster: string): RejectionReason | undefined;
  /** Why packets of a tunnel may not be sent to an address. */
  peerRefusal(address: string): RejectionReason | undefined;
}

interface MemberRanges {
  /** Pod ranges that the desk granted. */
  readonly granted: readonly Cidr[];
  /** What belongs to this cluster or to an older member. */
  readonly contested: readonly Cidr[];
}

/** Objects that somebody else wrote may lack them. */
function podRanges(cluster: Cluster): Cidr[] {
  const ranges: unknown = (cluster as Partial<Cluster>).spec?.cluster_cidr;
  return parseAll(Array.isArray(ranges) ? ranges.filter((range) => typeof range === 'string') : []);
}

/** Whether every address of `inner` lies in `outer`. */
function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && cidrsOverlap(outer, inner);
}

function rangesByMember({ clusters, localCluster, own }: CablePolicyInput): Map<string, MemberRanges> {
  const ranges = new Map<string, MemberRanges>();
  const older = parseAll([...own.podCIDRs, ...own.serviceCIDRs, ...own.nodeCIDRs]);
  for (const cluster of clusters.toSorted((a, b) => (isOlder(a, b) ? -1 : 1))) {
    const { name } = cluster.metadata;
    if (name === localCluster) continue;
    ranges.set(name, { granted: podRanges(cluster), contested: [...older] });
    older.push(...grantedRanges(cluster));
  }
  return ranges;
}

export function createCablePolicy(input: CablePolicyInput): CablePolicy {
  const { own, isSimulated } = input;
  const members = rangesByMember(input);
  // addresses of nodes may be the same in two private networks; the tunnel goes to a public one then
  const inside = parseAll([...own.podCIDRs, ...own.serviceCIDRs]);
  return {
    isSimulated,
    members: [...members.keys()],
    subnetRefusal: (subnet, cluster) => {
      const ranges = members.get(cluster);
      if (ranges === undefined) return 'UnknownMember';
      if (!ranges.granted.some((range) => covers(range, subnet))) return 'AddressNotGranted';
      return ranges.contested.some((range) => cidrsOverlap(range, subnet)) ? 'AddressContested' : undefined;
    },
    peerRefusal: (address) => {
      const special = specialRangeOf(address);
      if (special !== undefined && !(special === 'loopback' && isSimulated)) return 'AddressSpecial';
      return inside.some((range) => cidrContains(range, address)) ? 'AddressContested' : undefined;
    },
  };
}
