import type { Clock } from '../../src/base/clock.ts';
import type { CableEndpoint, MemberConfig } from '../../src/api/types/index.ts';
import type { DiagnoseContext } from '../../src/diagnose/context.ts';
import { ReadOnce } from '../../src/diagnose/read-once.ts';
import type { ClusterState, DataPlaneState, WorkloadState } from '../../src/inspect/cluster-state.ts';
import { cableSpec } from './member-records.ts';

const CONFIG: Omit<MemberConfig, 'clusterID'> = { clusterUID: '', podCIDRs: ['10.2.0.0/16'], serviceCIDRs: [], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: 'b', settings: { cableDriver: 'vxlan' } };

/** Endpoint of a cluster, whose gateway is node-1. */
export function endpoint(cluster: string, backend = 'vxlan'): CableEndpoint {
  return { apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata: { name: cluster }, spec: cableSpec(cluster, '192.0.2.1', { backend, hostname: 'node-1' }) };
}

/** What stands in a member with the component `connectivity`. */
export interface Scene {
  readonly gateways?: DataPlaneState['gateways'];
  readonly endpoints?: readonly CableEndpoint[];
  readonly routeAgents?: DataPlaneState['routeAgents'];
  readonly workloads?: readonly WorkloadState[];
  readonly config?: Partial<MemberConfig>;
  /** Seconds since the active gateway renewed its Lease. */
  readonly leaseAge?: number;
}

/** A member as it was read, without an API server. */
export function member(clusterID: string, { gateways = [], endpoints = [], routeAgents = [], workloads = [], config = {}, leaseAge }: Scene): DiagnoseContext['cluster'] {
  const state: ClusterState = { uid: clusterID, kubernetesVersion: '', workloads, member: { config: { ...CONFIG, clusterID, ...config }, dataPlane: { gateways, endpoints, routeAgents, ...(leaseAge !== undefined && { leaseAge }) }, exports: [], imports: [], readyEndpoints: new Map() } };
  return { context: `ctx-${clusterID}`, client: {} as never, state };
}

/** What checks of a cluster look at, beside these others. */
export function contextAmong(cluster: DiagnoseContext['cluster'], others: readonly DiagnoseContext['cluster'][], clock: Partial<Clock> = {}): DiagnoseContext {
  const fleet = { clusters: [cluster, ...others], unread: [], leftOut: [] };
  return { cluster, fleet, clock: clock as Clock, readings: new ReadOnce(), fleetReadings: new ReadOnce(), pods: { reason: 'no pods in this test' } };
}

/** What checks of cluster "west" look at. */
export const contextOf = (scene: Scene, ...others: readonly DiagnoseContext['cluster'][]): DiagnoseContext => contextAmong(member('west', scene), others);
