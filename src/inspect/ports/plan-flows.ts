import { familyOf } from '../../api/cidr.ts';
import { INNER_PORT, NATT_DISCOVERY_PORT, PROBE_PORT } from '../../api/data-plane.ts';
import type { Flow, GatewayFacts, Party, PortsCluster } from './flow.ts';

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** All nodes where no gateway is known: each of them may become one. */
function gatewaysOf({ cluster, gateways, nodeCIDRs }: PortsCluster): Party {
  const addresses = unique(gateways.flatMap((gateway) => gateway.addresses));
  return { cluster, role: 'gateways', addresses: addresses.length > 0 ? addresses : nodeCIDRs };
}

const nodesOf = ({ cluster, nodeCIDRs }: PortsCluster): Party => ({ cluster, role: 'nodes', addresses: nodeCIDRs });
const podsOf = ({ cluster, podCIDRs }: PortsCluster): Party => ({ cluster, role: 'pods', addresses: podCIDRs });

/** Gateways by a port of theirs: an annotation of a node may give it one of its own. */
function byPort({ gateways, ...cluster }: PortsCluster, portOf: (gateway: GatewayFacts) => number, usual: number): { port: number; to: Party }[] {
  if (gateways.length === 0) return [{ port: usual, to: gatewaysOf({ ...cluster, gateways }) }];
  return [...Map.groupBy(gateways, portOf)].map(([port, some]) => ({ port, to: gatewaysOf({ ...cluster, gateways: some }) }));
}

/** What a flow from one cluster to the gateways of another is made of. */
function tunnelFlows(from: PortsCluster, to: PortsCluster): Flow[] {
  const scope = 'between clusters' as const;
  const sender = gatewaysOf(from);
  const needsDiscovery = from.natt && to.natt;
  return [
    ...byPort(to, ({ tunnelPort }) => tunnelPort, to.tunnelPort).map((end): Flow => ({ scope, protocol: 'UDP', from: sender, ...end, why: `tunnel (${to.driver})` })),
    ...(needsDiscovery ? byPort(to, ({ discoveryPort }) => discoveryPort, NATT_DISCOVERY_PORT).map((end): Flow => ({ scope, protocol: 'UDP', from: sender, ...end, why: 'NAT discovery: which address of the gateway answers' })) : []),
  ];
}

/** From whichever router on the way has the narrow link. */
function mtuFlow(to: PortsCluster): Flow {
  return { scope: 'between clusters', protocol: 'ICMP', from: { cluster: 'any', role: 'router on the way', addresses: [] }, to: gatewaysOf(to), why: 'path MTU: "fragmentation needed"; where it is dropped, large packets vanish' };
}

/** Packets that only the hosts at both ends see, and NetworkPolicies. */
function innerFlows(from: PortsCluster, to: PortsCluster): Flow[] {
  const isTunnelled = from.isConnected && to.isConnected;
  const scope = isTunnelled ? ('inside the tunnel' as const) : ('between clusters' as const);
  const services: Flow = { scope, protocol: 'any', from: podsOf(from), to: podsOf(to), why: isTunnelled ? 'the shared services themselves' : 'the shared services themselves: without gateways, pods reach pods directly' };
  if (!isTunnelled || !from.hasProbes) return [services];
  const { cluster } = to;
  const probed = unique(to.gateways.flatMap(({ healthCheckIP }) => healthCheckIP ?? []));
  const port = to.gateways[0]?.probePort ?? PROBE_PORT;
  return [services, { scope, protocol: 'UDP', from: { cluster: from.cluster, role: 'nodes', addresses: from.podCIDRs }, to: { cluster, role: 'gateways', addresses: probed.length > 0 ? probed : to.podCIDRs }, port, why: 'probes of the tunnel, from every node' }];
}

function ownFlows(cluster: PortsCluster): Flow[] {
  const scope = 'within a cluster' as const;
  const [nodes, pods] = [nodesOf(cluster), podsOf(cluster)];
  const asker = cluster.wiresDns ? "the cluster's own DNS asks that of mcs for clusterset.local" : 'whoever forwards clusterset.local asks the DNS of mcs';
  return [
    ...(cluster.isConnected ? [{ scope, protocol: 'UDP' as const, from: nodes, to: nodes, port: INNER_PORT, why: 'VXLAN between nodes and the gateway' }] : []),
    ...(['UDP', 'TCP'] as const).map((protocol): Flow => ({ scope, protocol, from: pods, to: { ...pods, role: 'pods of mcs-dns' }, port: 53, why: asker })),
  ];
}

/** Port of a URL, also where it is that of its kind. */
function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function outerFlows(cluster: PortsCluster): Flow[] {
  const flows: Flow[] = [];
  const { brokerURL, resolvers, isConnected } = cluster;
  const broker = brokerURL !== undefined && URL.canParse(brokerURL) ? new URL(brokerURL) : undefined;
  const host = broker?.hostname.replaceAll(/[[\]]/g, '');
  // whoever leaves a cluster does so with the address of a node, as a rule
  const from = { ...nodesOf(cluster), role: 'nodes and pods', addresses: [...cluster.nodeCIDRs, ...cluster.podCIDRs] };
  const name = host === undefined || familyOf(host) !== undefined ? '' : ` ${host}`;
  flows.push({ scope: 'to the broker', protocol: 'TCP', from, to: { cluster: 'broker', role: `API server${name}`, addresses: host === undefined || name !== '' ? [] : [host] }, port: broker === undefined ? 6443 : portOf(broker), why: `controller and gateways: exports, imports, leases, credentials${broker === undefined ? ' (address not known: 6443 is the usual port)' : ''}` });
  const urls = isConnected ? resolvers.filter((url) => URL.canParse(url)).map((url) => new URL(url)) : [];
  for (const [port, some] of Map.groupBy(urls, portOf)) {
    flows.push({ scope: 'to the internet', protocol: 'TCP', from: gatewaysOf(cluster), to: { cluster: 'internet', role: some.map(({ hostname }) => hostname).join(' '), addresses: [] }, port, why: 'asks for the public address of the gateway; not with --air-gapped' });
  }
  return flows;
}

/** Everything that firewalls have to let through for these members: between them, then within each of them. */
export function planFlows(clusters: readonly PortsCluster[]): readonly Flow[] {
  const pairs = clusters.flatMap((from) => clusters.filter((to) => to.cluster !== from.cluster).map((to) => [from, to] as const));
  const connected = pairs.filter(([from, to]) => from.isConnected && to.isConnected);
  const tunnelled = [...new Set(connected.map(([, to]) => to))];
  return [...connected.flatMap(([from, to]) => tunnelFlows(from, to)), ...tunnelled.map(mtuFlow), ...clusters.flatMap(outerFlows), ...clusters.flatMap(ownFlows), ...pairs.flatMap(([from, to]) => innerFlows(from, to))];
}
