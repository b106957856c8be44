import type { CableConnection, CableEndpointSpec, ConnectionState, Gateway } from '../api/types/index.ts';
import { activeGateways, carriersOf } from '../sync/cable/active-gateway.ts';
import { clustersReached, connectionsOf, type Silence, SILENT_SECONDS } from '../sync/cable/silent-gateway.ts';
import type { DataPlaneState } from './cluster-state.ts';

/** One tunnel, as a gateway of one of its clusters sees it. */
export interface ConnectionRow {
  /** Cluster whose gateway says it. */
  readonly cluster: string;
  /** Node of that gateway. */
  readonly gateway: string;
  /** The other cluster, and the node of its gateway. */
  readonly remoteCluster: string;
  readonly remoteGateway: string;
  readonly remoteIP: string;
  readonly nat: boolean;
  readonly cableDriver: string;
  readonly subnets: readonly string[];
  readonly status: ConnectionState;
  /** Why it is not connected; empty where it is. */
  readonly message: string;
  /** Mean time of a probe there and back, as in `1.2ms`; empty where none has come back. */
  readonly averageRTT: string;
}

export interface EndpointRow {
  /** Cluster in which it was read. */
  readonly cluster: string;
  readonly endpointCluster: string;
  readonly gateway: string;
  readonly endpointIP: string;
  readonly publicIP: string;
  readonly cableDriver: string;
  readonly type: 'local' | 'remote';
}

export interface GatewayRow {
  readonly cluster: string;
  readonly node: string;
  readonly haStatus: 'active' | 'passive' | 'unknown';
  readonly connected: number;
  readonly connections: number;
  /** What a person reads of it. */
  readonly summary: string;
}

function remoteIPOf({ usingIP, endpoint }: CableConnection): string {
  return usingIP === undefined || usingIP === '' ? endpoint.private_ip : usingIP;
}

function connectionRow(cluster: string, gateway: string, connection: CableConnection): ConnectionRow {
  const { endpoint, status, statusMessage, usingNAT = false, latencyRTT } = connection;
  return {
    cluster,
    gateway,
    remoteCluster: endpoint.cluster_id,
    remoteGateway: endpoint.hostname,
    remoteIP: remoteIPOf(connection),
    nat: usingNAT,
    cableDriver: endpoint.backend,
    subnets: endpoint.subnets,
    status,
    message: statusMessage,
    averageRTT: latencyRTT?.average ?? '',
  };
}

/** A gateway that carries the tunnels of its cluster. */
export interface Carrier {
  readonly gateway: Gateway;
  /** Where its agent does not report any more. */
  readonly silence: Silence | undefined;
  /** As they are to be taken: what a silent gateway said last does not count. */
  readonly connections: readonly CableConnection[];
}

/** Gateways that carry the tunnels of a cluster: one, or none, or while one takes over from another two. */
export function carriersIn(cluster: string, { gateways, endpoints, routeAgents, leaseAge = 0 }: DataPlaneState): readonly Carrier[] {
  return activeGateways(gateways, carriersOf(endpoints, cluster)).map((gateway) => {
    const silence = leaseAge < SILENT_SECONDS ? undefined : { seconds: leaseAge, reached: clustersReached(routeAgents, gateway.metadata.name) };
    return { gateway, silence, connections: connectionsOf(gateway, silence) };
  });
}

/** Tunnels of the gateway that carries those of a cluster. */
export function connectionRows(cluster: string, state: DataPlaneState): readonly ConnectionRow[] {
  return carriersIn(cluster, state).flatMap(({ gateway, connections }) => connections.map((connection) => connectionRow(cluster, gateway.metadata.name, connection)));
}

function endpointRow(cluster: string, spec: CableEndpointSpec): EndpointRow {
  const { cluster_id: endpointCluster, hostname: gateway, private_ip: endpointIP, public_ip: publicIP, backend: cableDriver } = spec;
  return { cluster, endpointCluster, gateway, endpointIP, publicIP, cableDriver, type: endpointCluster === cluster ? 'local' : 'remote' };
}

/** Ends of tunnels that a cluster knows, its own first. */
export function endpointRows(cluster: string, { endpoints }: Pick<DataPlaneState, 'endpoints'>): readonly EndpointRow[] {
  return endpoints.map(({ spec }) => endpointRow(cluster, spec)).toSorted((a, b) => a.type.localeCompare(b.type) || a.endpointCluster.localeCompare(b.endpointCluster));
}

function summaryOf({ status }: Gateway, carrier: Carrier | undefined, successors: readonly string[]): string {
  if (status === undefined) return 'The gateway has said nothing of itself yet';
  if (carrier?.silence !== undefined) return `Has not reported for ${carrier.silence.seconds} s; ${describeConnections(carrier.connections)}`;
  if (status.statusFailure !== '') return status.statusFailure;
  if (status.haStatus !== 'active') return 'Stands by';
  return carrier === undefined ? `Says nothing any more: the tunnels go by ${successors.join(', ')}` : describeConnections(carrier.connections);
}

function describeConnections(all: readonly CableConnection[]): string {
  if (all.length === 0) return 'There are no connections';
  const [connected, unprobed] = (['connected', 'none'] as const).map((state) => all.filter((connection) => connection.status === state).length);
  if (connected === all.length) return `All connections (${all.length}) are established`;
  return `${connected} connections out of ${all.length} are established${unprobed === 0 ? '' : `, ${unprobed} not probed`}`;
}

export function gatewayRows(cluster: string, state: DataPlaneState): readonly GatewayRow[] {
  const carriers = carriersIn(cluster, state);
  const successors = [...carriersOf(state.endpoints, cluster)];
  return state.gateways.map((gateway) => {
    const { metadata, status } = gateway;
    // only one that carries the tunnels has any: the last words of a node that is gone are not to be counted
    const carrier = carriers.find((one) => one.gateway === gateway);
    const all = carrier?.connections ?? [];
    const connected = all.filter((connection) => connection.status === 'connected').length;
    return { cluster, node: metadata.name, haStatus: status?.haStatus ?? 'unknown', connected, connections: all.length, summary: summaryOf(gateway, carrier, successors) };
  });
}
