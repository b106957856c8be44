import type { CableEndpoint, Gateway } from '../../src/api/types/index.ts';
import { McsError } from '../../src/base/errors.ts';
import type { WiringState } from '../../src/cluster-dns/wiring-status.ts';
import type { BrokerMember, ClusterState, DataPlaneState, WorkloadState } from '../../src/inspect/cluster-state.ts';
import type { Fleet, FleetMember } from '../../src/inspect/survey-fleet.ts';
import { gateway } from './gateways.ts';
import { cableSpec } from './member-records.ts';

export interface MatrixMember {
  /** `east`, `east=error no answer`; undefined where the data plane is not installed. */
  readonly tunnels?: readonly string[] | undefined;
  /** Clusters whose Endpoints stand here, besides the own one. */
  readonly endpoints?: readonly string[];
  /** Mean time of the probes to a cluster, in place of 1.5ms. */
  readonly rtt?: Readonly<Record<string, string>>;
  readonly leaseAge?: number;
  readonly dnsReady?: number;
  readonly wiring?: WiringState | undefined;
  readonly components?: readonly string[];
  /** Members of the broker that it hosts, with the age of their Leases; undefined for one that has none. */
  readonly broker?: Readonly<Record<string, number | undefined>>;
  readonly server?: string;
  readonly context?: string;
  /** Names of Services in `shop`. */
  readonly exports?: readonly string[];
  readonly imports?: readonly string[];
}

function endpoint(cluster: string): CableEndpoint {
  return { apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata: { name: cluster }, spec: cableSpec(cluster, '192.0.2.1') };
}

function withTimes(one: Gateway, rtt: Readonly<Record<string, string>>): Gateway {
  for (const connection of one.status?.connections ?? []) {
    const average = rtt[connection.endpoint.cluster_id];
    if (average !== undefined) connection.latencyRTT = { average };
  }
  return one;
}

function dataPlane(id: string, { endpoints = [], leaseAge, rtt = {}, tunnels = [] }: MatrixMember): DataPlaneState {
  const node = `${id}-gateway`;
  const gateways = [withTimes(gateway(id, node, { connections: tunnels }), rtt), gateway(id, `${id}-spare`, { haStatus: 'passive' })];
  return { gateways, endpoints: [id, ...endpoints].map(endpoint), routeAgents: [], ...(leaseAge !== undefined && { leaseAge }) };
}

function brokerMember([clusterID, leaseAge]: [string, number | undefined]): BrokerMember {
  return { clusterID, podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 0, ...(leaseAge !== undefined && { renewedAt: '2026-01-01T00:00:00Z', leaseAge }) };
}

const nameServer = (ready: number): WorkloadState => ({ component: 'dns', kind: 'Deployment', namespace: 'n', name: 'mcs-dns', image: 'localhost/mcs:1', version: '1', ready, wanted: 2 });

/** A member that was read; without options one in which all is well, with the data plane and no tunnels. */
export function matrixMember(id: string, options: MatrixMember = {}): FleetMember {
  const { broker, components = ['service-discovery', 'connectivity'], context = `ctx-${id}`, dnsReady = 2, exports = [], imports = [], server = 'https://broker:6443' } = options;
  const wiring = 'wiring' in options ? options.wiring : 'wired';
  const hasDataPlane = !('tunnels' in options) || options.tunnels !== undefined;
  const metadata = (name: string): { name: string; namespace: string } => ({ name, namespace: 'shop' });
  const state: ClusterState = {
    uid: context,
    kubernetesVersion: 'v1',
    workloads: [nameServer(dnsReady)],
    member: {
      config: { clusterID: id, clusterUID: id, podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: [...components], brokerNamespace: 'submariner-k8s-broker', settings: {} },
      credential: { server, issuedAt: '', expiresAt: '', renewsAt: '', caPins: [] },
      ...(wiring !== undefined && { dnsWiring: { state: wiring, kind: 'coredns', message: `the wiring is ${wiring}`, hints: [], places: [], upstream: undefined, servers: [], notes: [] } }),
      ...(hasDataPlane && { dataPlane: dataPlane(id, options) }),
      exports: exports.map((name) => ({ apiVersion: '', kind: '', metadata: metadata(name) })),
      imports: imports.map((name) => ({ apiVersion: '', kind: '', metadata: metadata(name), spec: { type: 'ClusterSetIP', ips: [], ports: [] } })),
      readyEndpoints: new Map(),
    },
    ...(broker !== undefined && { broker: { namespace: 'submariner-k8s-broker', members: Object.entries(broker).map(brokerMember) } }),
  };
  return { context, client: {} as never, state };
}

/** A fleet of these clusters; the contexts named besides could not be read. */
export function matrixFleet(clusters: readonly FleetMember[], ...unread: readonly string[]): Fleet {
  return { clusters, unread: unread.map((context) => ({ context, error: new McsError('MCS_CLUSTER_UNREACHABLE', `Cannot read "${context}": no answer within 8 s`) })), leftOut: [] };
}

/** West and east are well; the tunnel to south is heard by one end only; far is known from Endpoints and the broker, and could not be read. */
export function mixedFleet(): Fleet {
  const west = matrixMember('west', { tunnels: ['east', 'south', 'far=error no answer to probes for 6s'], endpoints: ['east', 'south', 'far'], broker: { west: 5, east: 8, south: 140, far: undefined }, exports: ['web'] });
  const east = matrixMember('east', { tunnels: ['west', 'south', 'far'], rtt: { far: '41ms' }, imports: ['web'] });
  const south = matrixMember('south', { tunnels: ['west=error no answer to probes for 6s', 'east=connecting'], dnsReady: 0, imports: ['web'] });
  return matrixFleet([west, east, south], 'ctx-far');
}
