import { BACKEND_KEYS, NATT_DISCOVERY_PORT, PROBE_PORT, PUBLIC_IP_RESOLVERS, TUNNEL_PORT } from '../../api/data-plane.ts';
import { resources } from '../../api/resources.ts';
import type { CableEndpointSpec, Cluster, ClusterSettings } from '../../api/types/index.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { McsError } from '../../base/errors.ts';
import type { MemberState } from '../cluster-state.ts';
import { listServed } from '../read-cluster.ts';
import type { Fleet, FleetMember } from '../survey-fleet.ts';
import type { GatewayFacts, PortsCluster } from './flow.ts';

/** Settings where nothing is said, as the agents take them. */
const DEFAULT_DRIVER = 'wireguard';

/** What one broker tells of its members. */
interface BrokerView {
  readonly clusters: readonly Cluster[];
  readonly endpoints: readonly CableEndpointSpec[];
}

async function readBroker({ client, state }: FleetMember, signal: AbortSignal): Promise<BrokerView> {
  const options = { namespace: state.broker?.namespace ?? '', signal };
  const [clusters, endpoints] = await Promise.all([listServed(client, resources.clusters, options), listServed(client, resources.cableEndpoints, options)]);
  return { clusters, endpoints: endpoints.map(({ spec }) => spec) };
}

function portIn(config: Readonly<Record<string, string>> | undefined, key: string, fallback: number): number {
  const port = Number(config?.[key]);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : fallback;
}

function describeGateway({ hostname, private_ip: privateIP, public_ip: publicIP, backend_config: config, healthCheckIP }: CableEndpointSpec): GatewayFacts {
  const isBalanced = config?.[BACKEND_KEYS.usingLoadBalancer] === 'true';
  return {
    node: hostname,
    addresses: [...new Set([...(isBalanced && publicIP !== '' ? [] : [privateIP]), publicIP])].filter((address) => address !== ''),
    tunnelPort: portIn(config, BACKEND_KEYS.udpPort, TUNNEL_PORT),
    discoveryPort: portIn(config, BACKEND_KEYS.nattDiscoveryPort, NATT_DISCOVERY_PORT),
    probePort: portIn(config, BACKEND_KEYS.probePort, PROBE_PORT),
    ...(healthCheckIP !== undefined && { healthCheckIP }),
  };
}

function fromSettings(settings: ClusterSettings): Pick<PortsCluster, 'driver' | 'natt' | 'tunnelPort' | 'hasProbes' | 'resolvers'> {
  const { cableDriver = DEFAULT_DRIVER, natt = true, nattPort = TUNNEL_PORT, healthCheck = true, airGapped = false, publicIpResolvers = PUBLIC_IP_RESOLVERS } = settings;
  return { driver: cableDriver, natt, tunnelPort: nattPort, hasProbes: healthCheck, resolvers: natt && !airGapped ? publicIpResolvers : [] };
}

/** From the cluster itself: its standby gateways are known there only. */
function describeMember({ config, credential, dataPlane }: MemberState, others: readonly CableEndpointSpec[]): PortsCluster {
  const own = (dataPlane?.gateways ?? []).flatMap(({ status }) => status?.localEndpoint ?? []);
  return {
    cluster: config.clusterID,
    isConnected: config.components.includes('connectivity'),
    ...fromSettings(config.settings),
    podCIDRs: config.podCIDRs,
    nodeCIDRs: config.nodeCIDRs,
    gateways: gatewaysOf(config.clusterID, [...own, ...others]),
    ...(credential && { brokerURL: credential.server }),
    wiresDns: config.dnsWiring?.isWanted !== false,
  };
}

/** From the broker, where the cluster itself is none of the contexts. */
function describeOther({ spec }: Cluster, endpoints: readonly CableEndpointSpec[], brokerURL: string): PortsCluster {
  return {
    cluster: spec.cluster_id,
    // the broker does not tell the components: who joined with them says how its tunnels are
    isConnected: spec.settings !== undefined || endpoints.some(({ cluster_id: id }) => id === spec.cluster_id),
    ...fromSettings(spec.settings ?? {}),
    podCIDRs: spec.cluster_cidr,
    nodeCIDRs: spec.node_cidr ?? [],
    gateways: gatewaysOf(spec.cluster_id, endpoints),
    brokerURL,
    wiresDns: true,
  };
}

function gatewaysOf(cluster: string, endpoints: readonly CableEndpointSpec[]): GatewayFacts[] {
  const own = endpoints.filter(({ cluster_id: id }) => id === cluster).map(describeGateway);
  return [...new Map(own.map((gateway) => [gateway.node, gateway])).values()].toSorted((a, b) => (a.node < b.node ? -1 : 1));
}

/**
 * Everything that is known of the named members, of all without names: from themselves, else from
 * the broker. Throws MCS_USAGE for a name that nobody knows, and what the client throws.
 */
export async function readPorts(fleet: Fleet, names: readonly string[] | undefined, signal: AbortSignal): Promise<readonly PortsCluster[]> {
  const brokers = fleet.clusters.filter(({ state }) => state.broker !== undefined);
  const views = await Promise.all(brokers.map((broker) => readBroker(broker, signal)));
  const members = fleet.clusters.flatMap(({ state }) => state.member ?? []);
  const endpoints = [...views.flatMap((view) => view.endpoints), ...members.flatMap(({ dataPlane }) => dataPlane?.endpoints.map(({ spec }) => spec) ?? [])];
  const known = new Map<string, PortsCluster>();
  for (const [index, { clusters }] of views.entries()) {
    const url = members.find(({ credential }) => credential !== undefined)?.credential?.server ?? brokers[index]?.client.server ?? '';
    for (const cluster of clusters) known.set(cluster.spec.cluster_id, describeOther(cluster, endpoints, url));
  }
  for (const member of members) known.set(member.config.clusterID, describeMember(member, endpoints));
  return choose(known, names);
}

function choose(known: ReadonlyMap<string, PortsCluster>, names: readonly string[] | undefined): readonly PortsCluster[] {
  const ids = [...known.keys()].sort();
  return [...new Set(names ?? ids)].map((name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const nearest = nearestName(name, ids);
    throw new McsError('MCS_USAGE', `Cannot tell the ports of "${name}": no cluster of that id was found; ${ids.length === 0 ? 'none was' : `there are ${ids.join(', ')}`}`, { hints: [nearest === undefined ? 'mcs show networks' : `--for ${nearest}`] });
  });
}
