import type { IpFamily } from '../../api/types/index.ts';
import type { CableDriver } from '../../discovery/cable-drivers.ts';

/** Names, numbers and marks by which everything of ours in a node's kernel is told from what is not. */
export const CABLE_DEVICE = 'mcs-cable';
export const INNER_DEVICE = 'mcs-inner';
/** Made and taken away to see whether the kernel can; one that is left is ours to take away. */
export const PROBE_DEVICE = 'mcs-probe';
export const CABLE_VNI = 1000;
export const INNER_VNI = 100;
export { INNER_PORT } from '../../api/data-plane.ts';
/** Routes to other clusters. */
export const REMOTE_TABLE = 4500;
/** On the gateway: routes to the own nodes' pods, for what comes out of the tunnel. */
export const RETURN_TABLE = 4501;
/** Before `main` (32766), after what CNIs use for local traffic. */
export const RULE_PRIORITY = 4500;
/** Of the routes that keep packets from the underlay while there is no way through the tunnels: the last one of all. */
export const LAST_METRIC = 0xffff_ffff;
/** Protocol number of our routes and rules (iproute2's rt_protos has none with it). */
export const ROUTE_PROTOCOL = 245;
/** nftables table, in the families `ip` and `ip6`. */
export const FILTER_TABLE = 'mcs';

/** A node of the own cluster. */
export interface NodeView {
  readonly name: string;
  /** Internal addresses, the preferred one first. */
  readonly addresses: readonly string[];
  /** Empty where the CNI does not hand ranges to nodes. */
  readonly podCIDRs: readonly string[];
}

/** The other end of a tunnel, after validation and NAT discovery. */
export interface RemoteView {
  readonly clusterID: string;
  readonly cableName: string;
  /** Where packets of the tunnel are sent to. */
  readonly address: string;
  readonly port: number;
  /** Ranges that lie behind it. */
  readonly subnets: readonly string[];
  /** Private and public address, which must never be routed into the tunnel, even where a subnet holds them. */
  readonly ownAddresses: readonly string[];
  /** Largest packet that passes the tunnel, bytes, where it has been measured. */
  readonly pathMtu?: number;
  /** vxlan only: of the other gateway's device. */
  readonly mac?: string;
  /** wireguard only. */
  readonly publicKey?: string;
}

/** Everything that the plan of one node depends on. */
export interface NetworkView {
  readonly nodeName: string;
  readonly nodes: readonly NodeView[];
  /** Name of the node that is the active gateway; absent while there is none. */
  readonly gateway?: string;
  /** Pod ranges of the own cluster. */
  readonly podCIDRs: readonly string[];
  /** Address of this node within the pod ranges, per family: source of what the node itself sends. */
  readonly sources: { readonly [family in IpFamily]?: string };
  readonly driver: CableDriver;
  /** UDP port that this gateway's tunnel listens on. */
  readonly listenPort: number;
  /** MTU of the interface that packets of the tunnel leave by. */
  readonly uplinkMtu: number;
  /** Older members first: the first one keeps a range that two of them claim. */
  readonly remotes: readonly RemoteView[];
  /** wireguard only, base64; on the active gateway. */
  readonly privateKey?: string;
}

/** A device of ours. */
export interface VxlanLink {
  readonly kind: 'vxlan';
  readonly name: string;
  readonly vni: number;
  readonly port: number;
  readonly mac: string;
  readonly mtu: number;
  /** Source address of the outer packets; its family is that of the device. */
  readonly local: string;
}

export interface WireguardLink {
  readonly kind: 'wireguard';
  readonly name: string;
  readonly port: number;
  readonly mtu: number;
}

export type LinkPlan = VxlanLink | WireguardLink;

/** Which MAC a next hop has: static, so that nobody has to be asked. */
export interface NeighborPlan {
  readonly device: string;
  readonly address: string;
  readonly mac: string;
}

/** Which node a MAC is behind. */
export interface ForwardingPlan {
  readonly device: string;
  readonly mac: string;
  readonly destination: string;
  /** UDP port there; absent where it is the device's own. */
  readonly port?: number;
}

export interface RoutePlan {
  readonly family: IpFamily;
  readonly table: number;
  readonly destination: string;
  /** `throw` leaves the destination to the tables that follow; `unreachable` keeps it from them. */
  readonly kind: 'unicast' | 'throw' | 'unreachable';
  readonly device?: string;
  /** Next hop on the device; absent on a device without link addresses. */
  readonly via?: string;
  readonly source?: string;
  readonly mtu?: number;
  /** Absent for the family's usual one. Of routes to one destination the one with the smallest counts. */
  readonly metric?: number;
}

export interface RulePlan {
  readonly family: IpFamily;
  readonly priority: number;
  /** Only for what comes in by this device. */
  readonly inputDevice?: string;
  readonly table: number;
}

/** A UDP port that takes packets from these addresses only. */
export interface PortGuard {
  readonly port: number;
  readonly senders: readonly string[];
}

/** What the packet filter of a family lets pass by our devices: what goes between these ranges, and nothing else. */
export interface FilterPlan {
  readonly family: IpFamily;
  readonly localCIDRs: readonly string[];
  readonly remoteCIDRs: readonly string[];
  /** Source of the node's own traffic to other clusters; absent where the node has none. */
  readonly source?: string;
  /** Ports of devices that believe everybody; none for WireGuard, which knows its peers by their keys. */
  readonly guards: readonly PortGuard[];
}

export interface WireguardPeerPlan {
  readonly publicKey: string;
  readonly endpoint: string;
  readonly allowedIPs: readonly string[];
}

export interface WireguardPlan {
  readonly device: string;
  readonly privateKey: string;
  readonly port: number;
  readonly peers: readonly WireguardPeerPlan[];
}

/** What shall stand in a node's kernel. Lists are sorted, so that equal plans are equal values. */
export interface NetworkPlan {
  readonly links: readonly LinkPlan[];
  readonly neighbors: readonly NeighborPlan[];
  readonly forwarding: readonly ForwardingPlan[];
  readonly routes: readonly RoutePlan[];
  readonly rules: readonly RulePlan[];
  readonly filters: readonly FilterPlan[];
  readonly wireguard?: WireguardPlan;
}

/** Nothing of ours: what `leave` applies. */
export const EMPTY_PLAN: NetworkPlan = { links: [], neighbors: [], forwarding: [], routes: [], rules: [], filters: [] };
