import { createKernelNetwork, type AppliedChanges, type KernelNetwork } from '../../src/gateway/apply/kernel-network.ts';
import type { Exec } from '../../src/base/exec.ts';
import { createWireguardSupervisor } from '../../src/gateway/apply/wireguard-supervisor.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { Startable } from '../../src/base/lifecycle.ts';
import { macOf } from '../../src/api/mac.ts';
import { planNetwork } from '../../src/gateway/plan/plan-network.ts';
import { CABLE_DEVICE, type NetworkPlan, type NetworkView, type RemoteView } from '../../src/gateway/plan/types.ts';
import { createNet, type Net, type Netns } from './netns.ts';

/** A node: a namespace with an uplink to the WAN, a bridge for pods, and one pod. */
export interface TestNode {
  readonly name: string;
  address: string;
  readonly podCIDRs: readonly string[];
  readonly podAddresses: readonly string[];
  /** The bridge's addresses. */
  readonly sources: { readonly IPv4: string; readonly IPv6: string };
  readonly netns: Netns;
  readonly pod: Netns;
  readonly network: KernelNetwork;
}

export interface TestCluster {
  readonly id: string;
  readonly podCIDRs: readonly string[];
  readonly nodes: readonly TestNode[];
  gateway: string;
}

export interface ClusterSpec {
  readonly id: string;
  /** Second part of the pod range: 10.<octet>.0.0/16, fd00:<octet>::/48. */
  readonly octet: number;
  /** Addresses of the nodes; the first one is the gateway. */
  readonly addresses: readonly string[];
  readonly mtu?: number;
}

export interface Scene {
  readonly net: Net;
  /** A router: nodes share no link with one another. */
  readonly wan: Netns;
  readonly clusters: readonly TestCluster[];
  stop(): Promise<void>;
}

export type Driver = NetworkView['driver'];

const ROUTER = '169.254.1.1';
let uplinks = 0;

export function createScene(specs: readonly ClusterSpec[]): Scene {
  const net = createNet();
  const wan = net.add('wan');
  // error messages of a router need a source address
  wan.sh('ip address add 203.0.113.1/32 dev lo; sysctl -qw net.ipv4.ip_forward=1');
  const supervisors: Startable[] = [];
  const clusters = specs.map((spec): TestCluster => ({
    id: spec.id,
    podCIDRs: [`10.${spec.octet}.0.0/16`, `fd00:${spec.octet}::/48`],
    nodes: spec.addresses.map((address, index) => addNode(net, wan, spec, address, index, supervisors)),
    gateway: `${spec.id}-0`,
  }));
  return { net, wan, clusters, stop: async () => {
    for (const supervisor of supervisors) await supervisor.stop();
    net.stop();
  } };
}

function addNode(net: Net, wan: Netns, { id, octet, mtu = 1500 }: ClusterSpec, address: string, index: number, supervisors: Startable[]): TestNode {
  const name = `${id}-${index}`;
  const netns = net.add(name);
  const pod = net.add(`${name}-pod`);
  uplinks += 1;
  net.connect(netns, 'eth0', wan, `n${uplinks}`, mtu);
  wan.sh(`ip address add ${ROUTER}/32 dev n${uplinks}; ip route add ${address}/32 dev n${uplinks}`);
  netns.sh(`ip address add ${address}/32 dev eth0; ip route add default via ${ROUTER} dev eth0 onlink src ${address}`);
  // never a part 0 in the middle: addresses are compared as text
  const range = `10.${octet}.${index + 1}`;
  const range6 = `fd00:${octet}:0:${index + 1}`;
  net.connect(pod, 'eth0', netns, 'pod0', mtu);
  netns.sh([
    `ip link add cni0 mtu ${mtu} type bridge`, 'ip link set pod0 master cni0', `ip address add ${range}.1/24 dev cni0`, `ip address add ${range6}::1/64 dev cni0 nodad`, 'ip link set cni0 up',
    'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1',
    // as CNIs do: what leaves the node and comes from a pod has the node's address
    'iptables-nft -t nat -A POSTROUTING -s 10.0.0.0/8 ! -o cni0 -j MASQUERADE', 'ip6tables-nft -t nat -A POSTROUTING -s fd00::/8 ! -o cni0 -j MASQUERADE',
  ].join('\n'));
  pod.sh(`ip address add ${range}.2/24 dev eth0; ip address add ${range6}::2/64 dev eth0 nodad; ip route add default via ${range}.1; ip -6 route add default via ${range6}::1`);
  const supervisor = createWireguardSupervisor({ follow: netns.follow, logger: silentLogger, folder: netns.wireguardFolder, device: CABLE_DEVICE });
  void supervisor.start(new AbortController().signal);
  supervisors.push(supervisor);
  const podCIDRs = [`${range}.0/24`, `${range6}::/64`];
  return { name, address, podCIDRs, podAddresses: [`${range}.2`, `${range6}::2`], sources: { IPv4: `${range}.1`, IPv6: `${range6}::1` }, netns, pod, network: networkOf(netns) };
}

/** The kernel network of a namespace; `exec` and files may be those of a test. */
export function networkOf(netns: Netns, exec: Exec = netns.exec): KernelNetwork {
  return createKernelNetwork({ exec, logger: silentLogger, files: netns.files, wireguardFolder: netns.wireguardFolder });
}

/** Key pairs of WireGuard, by cluster. */
export interface Keys {
  readonly privateKey: string;
  readonly publicKey: string;
}

export async function createKeys(netns: Netns): Promise<Keys> {
  const privateKey = (await netns.exec('wg', ['genkey'])).stdout.trim();
  const { stdout } = await netns.exec('wg', ['pubkey'], { input: `${privateKey}\n` });
  return { privateKey, publicKey: stdout.trim() };
}

export interface ViewOptions {
  readonly driver: Driver;
  readonly keys?: ReadonlyMap<string, Keys>;
  /** Port of a cluster's tunnels, by its name; DEFAULT_PORT where it is not said. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly uplinkMtu?: number;
  readonly pathMtu?: number;
}

export const DEFAULT_PORT = 4500;

export function remoteOf(cluster: TestCluster, { driver, keys, ports = {}, pathMtu }: ViewOptions): RemoteView {
  const node = gatewayOf(cluster);
  return {
    clusterID: cluster.id, cableName: `submariner-cable-${cluster.id}-${node.address.replaceAll('.', '-')}`, address: node.address, port: ports[cluster.id] ?? DEFAULT_PORT, subnets: cluster.podCIDRs, ownAddresses: [node.address],
    ...(pathMtu !== undefined && { pathMtu }),
    ...(driver === 'vxlan' ? { mac: macOf('cable', cluster.id, node.name, node.address) } : { publicKey: keys?.get(cluster.id)?.publicKey ?? '' }),
  };
}

export function gatewayOf({ nodes, gateway }: TestCluster): TestNode {
  const node = nodes.find(({ name }) => name === gateway);
  if (node === undefined) throw new Error(`no gateway ${gateway}`);
  return node;
}

export function planOf(scene: Scene, cluster: TestCluster, node: TestNode, options: ViewOptions): NetworkPlan {
  const privateKey = options.keys?.get(cluster.id)?.privateKey;
  return planNetwork({
    nodeName: node.name, nodes: cluster.nodes.map(({ name, address, podCIDRs }) => ({ name, addresses: [address], podCIDRs })), gateway: cluster.gateway, podCIDRs: cluster.podCIDRs, sources: node.sources,
    driver: options.driver, listenPort: options.ports?.[cluster.id] ?? DEFAULT_PORT, uplinkMtu: options.uplinkMtu ?? 1500,
    remotes: scene.clusters.filter((other) => other !== cluster).map((other) => remoteOf(other, options)),
    ...(privateKey !== undefined && { privateKey }),
  }, cluster.id);
}

/** Applies its plan to every node. */
export async function applyAll(scene: Scene, options: ViewOptions): Promise<readonly AppliedChanges[]> {
  const { signal } = new AbortController();
  return Promise.all(scene.clusters.flatMap((cluster) => cluster.nodes.map((node) => node.network.apply(planOf(scene, cluster, node, options), signal))));
}
