import type { CableConnection, CableEndpointSpec, ConnectionState, Gateway } from '../api/types/index.ts';
import { activeGateways, carriersOf } from '../sync/cable/active-gateway.ts';
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

/** Tunnels of the gateway that carries those of a cluster. */
export function connectionRows(cluster: string, { gateways, endpoints }: Pick<DataPlaneState, 'gateways' | 'endpoints'>): readonly ConnectionRow[] {
  return activeGateways(gateways, carriersOf(endpoints, cluster)).flatMap(({ metadata, status }) => (status?.connections ?? []).map((connection) => connectionRow(cluster, metadata.name, connection)));
}

function endpointRow(cluster: string, spec: CableEndpointSpec): EndpointRow {
  const { cluster_id: endpointCluster, hostname: gateway, private_ip: endpointIP, public_ip: publicIP, backend: cableDriver } = spec;
  return { cluster, endpointCluster, gateway, endpointIP, publicIP, cableDriver, type: endpointCluster === cluster ? 'local' : 'remote' };
}

/** Ends of tunnels that a cluster knows, its own first. */
export function endpointRows(cluster: string, { endpoints }: Pick<DataPlaneState, 'endpoints'>): readonly EndpointRow[] {
  return endpoints.map(({ spec }) => endpointRow(cluster, spec)).toSorted((a, b) => a.type.localeCompare(b.type) || a.endpointCluster.localeCompare(b.endpointCluster));
}

function summaryOf({ metadata, status }: Gateway, carriers: ReadonlySet<string>): string {
  if (status === undefined) return 'The gateway has said nothing of itself yet';
  if (status.statusFailure !== '') return status.statusFailure;
  if (status.haStatus !== 'active') return 'Stands by';
  if (carriers.size > 0 && !carriers.has(metadata.name)) return `Says nothing any more: the tunnels go by ${[...carriers].join(', ')}`;
  const all = status.connections;
  if (all.length === 0) return 'There are no connections';
  const [connected, unprobed] = (['connected', 'none'] as const).map((state) => all.filter((connection) => connection.status === state).length);
  if (connected === all.length) return `All connections (${all.length}) are established`;
  return `${connected} connections out of ${all.length} are established${unprobed === 0 ? '' : `, ${unprobed} not probed`}`;
}

export function gatewayRows(cluster: string, { gateways, endpoints }: Pick<DataPlaneState, 'gateways' | 'endpoints'>): readonly GatewayRow[] {
  const carriers = carriersOf(endpoints, cluster);
  return gateways.map((gateway) => {
    const { metadata, status } = gateway;
    const all = status?.connections ?? [];
    const connected = all.filter((connection) => connection.status === 'connected').length;
    return { cluster, node: metadata.name, haStatus: status?.haStatus ?? 'unknown', connected, connections: all.length, summary: summaryOf(gateway, carriers) };
  });
}
