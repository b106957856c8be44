import { canonicalAddress, type Cidr, familyOf, parseCidr } from '../../api/cidr.ts';
import { macOf } from '../../api/mac.ts';
import type { IpFamily } from '../../api/types/index.ts';
import { acceptIdentities } from './accept-identities.ts';
import { type AcceptedRemote, acceptSubnets } from './accept-subnets.ts';
import { assignNextHops, type NextHops } from './next-hops.ts';
import { tunnelMtu } from './tunnel-mtu.ts';
import type { NetworkView, NodeView } from './types.ts';

/** A node or gateway on the other side of one of our VXLAN devices. */
export interface Peer {
  readonly mac: string;
  /** Where packets for it are sent to. */
  readonly address: string;
  /** Absent where it is the device's own. */
  readonly port?: number;
}

/** The peers of one device, by node or cable name, and the addresses that routes know them by. */
export interface Peers {
  readonly byName: ReadonlyMap<string, Peer>;
  readonly hops: NextHops;
}

/** What the parts of a plan are made from. */
export interface Scene {
  readonly view: NetworkView;
  readonly clusterID: string;
  readonly self: NodeView;
  /** Address from which this node's outer packets go. */
  readonly local: string;
  readonly isGateway: boolean;
  readonly podCIDRs: readonly Cidr[];
  readonly remotes: readonly AcceptedRemote[];
  /** Families of the pods. */
  readonly families: readonly IpFamily[];
  /** Largest packets that the ways carry, bytes; what the devices have is `deviceMtu` of it. */
  readonly cableMtu: number;
  readonly innerMtu: number;
  /** On a gateway all nodes, elsewhere only the gateway. */
  readonly inner: Peers;
  /** Gateways of other clusters, where this is a gateway and the driver has link addresses. */
  readonly cable: Peers;
}

/** Reads the texts of a view; undefined where this node is not in it, or has no address. */
export function setScene(view: NetworkView, clusterID: string): Scene | undefined {
  const self = view.nodes.find(({ name }) => name === view.nodeName);
  const local = self?.addresses[0];
  const outer = local === undefined ? undefined : familyOf(local);
  if (self === undefined || local === undefined || outer === undefined) return undefined;
  const podCIDRs = parseCidrs(view.podCIDRs);
  const families = (['IPv4', 'IPv6'] as const).filter((family) => podCIDRs.some((cidr) => cidr.family === family));
  const remotes = acceptSubnets(acceptIdentities(view.remotes, [macOf('cable', clusterID, self.name, local)]), podCIDRs, families);
  const isGateway = view.gateway === view.nodeName;
  return {
    view,
    clusterID,
    self,
    local,
    isGateway,
    podCIDRs,
    remotes,
    families,
    cableMtu: tunnelMtu(view.driver, view.uplinkMtu, outer),
    innerMtu: tunnelMtu('vxlan', view.uplinkMtu, outer),
    inner: toPeers(view.nodes.filter((node) => node !== self && (isGateway || node.name === view.gateway)).flatMap((node) => innerPeer(node, clusterID, outer))),
    cable: toPeers(isGateway && view.driver === 'vxlan' ? remotes.flatMap((accepted) => cablePeer(accepted, outer, view.listenPort)) : []),
  };
}

export function parseCidrs(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? []);
}

function toPeers(entries: readonly (readonly [string, Peer])[]): Peers {
  return { byName: new Map(entries), hops: assignNextHops(entries.map(([, { mac }]) => mac)) };
}

function innerPeer({ name, addresses }: NodeView, clusterID: string, outer: IpFamily): [string, Peer][] {
  const address = addresses.find((candidate) => familyOf(candidate) === outer);
  return address === undefined ? [] : [[name, { mac: macOf('inner', clusterID, name, address), address: canonicalAddress(address) ?? address }]];
}

function cablePeer({ remote: { cableName, mac, address, port } }: AcceptedRemote, outer: IpFamily, ownPort: number): [string, Peer][] {
  return mac === undefined || familyOf(address) !== outer ? [] : [[cableName, { mac, address: canonicalAddress(address) ?? address, ...(port !== ownPort && { port }) }]];
}
