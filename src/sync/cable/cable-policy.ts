import { type Cidr, cidrContains, cidrsOverlap, hostCidr, specialRangeOf } from '../../api/cidr.ts';
import type { CableEndpointSpec, Cluster } from '../../api/types/index.ts';
import { grantedRanges, isOlder, parseAll } from '../service/address-policy.ts';
import type { RejectionReason } from '../service/rejection.ts';
import { identityOf } from './validate-backend.ts';

export interface CablePolicyInput {
  /** Cluster objects of the broker: only the desk writes them, so their ranges are granted ones. */
  readonly clusters: readonly Cluster[];
  readonly localCluster: string;
  /** Ranges of the own cluster, as joined with. */
  readonly own: { readonly podCIDRs: readonly string[]; readonly serviceCIDRs: readonly string[]; readonly nodeCIDRs: readonly string[] };
  /** What the own gateways say of themselves. */
  readonly ownEnds: readonly CableEndpointSpec[];
  /** Only where the own process was started in the sandbox. */
  readonly isSimulated: boolean;
}

/** What the end of another member's tunnel may say. */
export interface CablePolicy {
  readonly isSimulated: boolean;
  /** The other members in order of age, the oldest first. */
  readonly members: readonly string[];
  /** What the own ends are told by: nobody else may have it. */
  readonly ownIdentities: readonly string[];
  /** Why a range may not be routed to a member; undefined where it may. */
  subnetRefusal(subnet: Cidr, cluster: string): RejectionReason | undefined;
  /**
   * Why packets of a tunnel to a member may not be sent to an address. One that is only asked for the
   * way, before it is used, may be that of an own node too: private networks look alike.
   */
  peerRefusal(address: string, cluster: string, use: 'send' | 'ask'): RejectionReason | undefined;
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

/** The own nodes and gateways: a tunnel to there would lead its packets back to where they came from. */
function ownNodes({ own, ownEnds }: CablePolicyInput): Cidr[] {
  const gateways = ownEnds.flatMap(({ private_ip: privateIP, public_ip: publicIP }) => [privateIP, publicIP]).flatMap((address) => hostCidr(address) ?? []);
  return [...parseAll(own.nodeCIDRs), ...gateways];
}

export function createCablePolicy(input: CablePolicyInput): CablePolicy {
  const { isSimulated } = input;
  const members = rangesByMember(input);
  const inside = parseAll([...input.own.podCIDRs, ...input.own.serviceCIDRs]);
  const nodes = ownNodes(input);
  // not the addresses of others' nodes: those may be the same in two private networks, and nothing is routed to them
  const isPodOfAnother = (address: string, cluster: string): boolean =>
    [...members].some(([other, { granted }]) => other !== cluster && granted.some((range) => cidrContains(range, address)));
  return {
    isSimulated,
    members: [...members.keys()],
    ownIdentities: input.ownEnds.flatMap((spec) => identityOf(spec) ?? []),
    subnetRefusal: (subnet, cluster) => {
      const ranges = members.get(cluster);
      if (ranges === undefined) return 'UnknownMember';
      if (!ranges.granted.some((range) => covers(range, subnet))) return 'AddressNotGranted';
      return ranges.contested.some((range) => cidrsOverlap(range, subnet)) ? 'AddressContested' : undefined;
    },
    peerRefusal: (address, cluster, use) => {
      const special = specialRangeOf(address);
      if (special !== undefined && !(special === 'loopback' && isSimulated)) return 'AddressSpecial';
      const taken = use === 'send' ? [...inside, ...nodes] : inside;
      if (taken.some((range) => cidrContains(range, address))) return 'AddressContested';
      // every node keeps its route to a gateway out of the tunnels: a hole in that member's range
      return isPodOfAnother(address, cluster) ? 'AddressContested' : undefined;
    },
  };
}
