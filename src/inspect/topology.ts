import { makeMatrix, type MatrixPair, type MatrixReport } from './matrix/make-matrix.ts';
import type { MatrixCluster, Verdict } from './matrix/aspect.ts';
import { carriersIn, gatewayRows } from './data-plane.ts';
import { sharedServices } from './shared-services.ts';
import { type Fleet, type FleetMember, nameOf } from './survey-fleet.ts';

export interface TopologyGateway {
  readonly node: string;
  /** `silent`: it carries the tunnels, but its agent does not report any more. */
  readonly state: 'active' | 'passive' | 'silent' | 'unknown';
}

export interface TopologyCluster {
  readonly cluster: string;
  /** False where it is known from others only. */
  readonly isRead: boolean;
  readonly gateways: readonly TopologyGateway[];
}

export interface TopologyBroker {
  /** Cluster that hosts it; its server's address where no cluster that was read is the host. */
  readonly host: string;
  readonly namespace: string;
  readonly isRead: boolean;
  readonly members: readonly string[];
}

/** One end's view of a tunnel. */
export interface TunnelView {
  readonly verdict: Verdict;
  readonly state: string;
  readonly message: string;
  readonly averageRTT?: string;
}

/** The tunnel between two clusters. */
export interface TopologyConnection {
  readonly clusters: readonly [string, string];
  /** The worse of what the two ends say. */
  readonly verdict: Verdict;
  /** What the first of `clusters` says, then the second. */
  readonly views: readonly [TunnelView, TunnelView];
  readonly asymmetry?: 'state' | 'rtt';
}

export interface TopologyService {
  readonly namespace: string;
  readonly name: string;
  readonly exportedBy: readonly string[];
  readonly importedIn: readonly string[];
}

export interface Topology {
  readonly clusters: readonly TopologyCluster[];
  readonly brokers: readonly TopologyBroker[];
  readonly connections: readonly TopologyConnection[];
  /** Absent where it was not asked for. */
  readonly services?: readonly TopologyService[];
  readonly unread: MatrixReport['unread'];
  readonly leftOut: MatrixReport['leftOut'];
}

function gatewaysOf(read: FleetMember | undefined): readonly TopologyGateway[] {
  const dataPlane = read?.state.member?.dataPlane;
  if (read === undefined || dataPlane === undefined) return [];
  const silent = new Set(carriersIn(nameOf(read), dataPlane).flatMap(({ gateway, silence }) => (silence === undefined ? [] : [gateway.metadata.name])));
  return gatewayRows(nameOf(read), dataPlane).map(({ node, haStatus }) => ({ node, state: silent.has(node) ? 'silent' : haStatus }));
}

function findBrokers(fleet: Fleet, clusters: readonly MatrixCluster[]): readonly TopologyBroker[] {
  const read = fleet.clusters.flatMap((host): TopologyBroker[] => {
    const { broker } = host.state;
    const ids = new Set(broker?.members.map(({ clusterID }) => clusterID));
    return broker === undefined ? [] : [{ host: nameOf(host), namespace: broker.namespace, isRead: true, members: clusters.filter(({ clusterID }) => ids.has(clusterID)).map(({ cluster }) => cluster) }];
  });
  const placed = new Set(read.flatMap(({ members }) => members));
  const others = clusters.flatMap(({ cluster, context }) => {
    const member = fleet.clusters.find((one) => one.context === context)?.state.member;
    return placed.has(cluster) || member?.credential === undefined ? [] : [{ cluster, host: member.credential.server, namespace: member.config.brokerNamespace }];
  });
  const far = [...Map.groupBy(others, ({ host, namespace }) => `${host} ${namespace}`).values()].flatMap((group): TopologyBroker[] => {
    const [first] = group;
    return first === undefined ? [] : [{ host: first.host, namespace: first.namespace, isRead: false, members: group.map(({ cluster }) => cluster) }];
  });
  return [...read, ...far];
}

const WORST: readonly Verdict[] = ['bad', 'ok', 'unknown', 'off'];

function connectionOf(there: MatrixPair, back: MatrixPair): TopologyConnection | undefined {
  const verdict = WORST.find((one) => there.data.verdict === one || back.data.verdict === one) ?? 'unknown';
  // neither end has a tunnel that anybody asked for, or can be asked about it
  if (verdict === 'off' || (verdict === 'unknown' && [there, back].every(({ data }) => data.state === 'unknown' || data.state === 'off'))) return undefined;
  return { clusters: [there.from, there.to], verdict, views: [there.data, back.data], ...(there.asymmetry !== undefined && { asymmetry: there.asymmetry }) };
}

function findConnections({ clusters, pairs }: MatrixReport): readonly TopologyConnection[] {
  const byWay = new Map(pairs.map((pair) => [`${pair.from}\n${pair.to}`, pair]));
  return clusters.flatMap(({ cluster: one }, index) =>
    clusters.slice(index + 1).flatMap(({ cluster: other }) => {
      const [there, back] = [byWay.get(`${one}\n${other}`), byWay.get(`${other}\n${one}`)];
      const connection = there && back && connectionOf(there, back);
      return connection === undefined ? [] : [connection];
    }),
  );
}

function findServices({ clusters }: Fleet): readonly TopologyService[] {
  return sharedServices(clusters.map(({ state }) => state)).map(({ namespace, name, exports, imports }) => ({ namespace, name, exportedBy: exports.map(({ cluster }) => cluster), importedIn: imports.map(({ cluster }) => cluster) }));
}

/** What stands where, and what leads where: the clusters of `makeMatrix`, their brokers and tunnels. */
export function makeTopology(fleet: Fleet, { services = false }: { readonly services?: boolean } = {}): Topology {
  const matrix = makeMatrix(fleet);
  const { clusters, unread, leftOut } = matrix;
  return {
    clusters: clusters.map(({ cluster, context }) => ({ cluster, isRead: context !== undefined, gateways: gatewaysOf(fleet.clusters.find((one) => one.context === context)) })),
    brokers: findBrokers(fleet, clusters),
    connections: findConnections(matrix),
    ...(services && { services: findServices(fleet) }),
    unread,
    leftOut,
  };
}
