import type { WiringStatus } from '../cluster-dns/wiring-status.ts';
import type { DataPlaneState, WorkloadState } from './cluster-state.ts';
import { type ConnectionRow, connectionRows, type EndpointRow, endpointRows, type GatewayRow, gatewayRows } from './data-plane.ts';
import { type ExportState, sharedServices } from './shared-services.ts';
import { describeUnread, type Fleet, type FleetMember, nameOf, type UnreadContext } from './survey-fleet.ts';

export const SHOW_TOPICS = ['brokers', 'connections', 'endpoints', 'gateways', 'networks', 'services', 'versions'] as const;
export type ShowTopic = (typeof SHOW_TOPICS)[number];

export interface BrokerRow {
  readonly cluster: string;
  readonly namespace: string;
  readonly desk: 'ready' | 'not ready';
  readonly members: readonly string[];
  readonly exports: number;
}

export interface NetworkRow {
  readonly cluster: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly components: readonly string[];
  /** What join was told, or found with the other members. */
  readonly cableDriver: string;
  /** How the cluster's own DNS leads to ours; absent where the controller has not said. */
  readonly dnsWiring?: Pick<WiringStatus, 'state' | 'message'>;
}

export interface VersionRow {
  readonly cluster: string;
  readonly component: string;
  readonly image: string;
  readonly version: string;
  readonly ready: number;
  readonly wanted: number;
}

export interface ServiceRow {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly exportedBy: readonly string[];
  readonly importedIn: readonly string[];
  /** Clusterset IPs by importing cluster. */
  readonly ips: Readonly<Record<string, readonly string[]>>;
  readonly ports: readonly string[];
  /** Conditions of the exports, by exporting cluster. */
  readonly conditions: Readonly<Record<string, ExportState['conditions']>>;
  /** "ok", or the conditions that are not as they should be: `west: Valid=False NoService`. */
  readonly state: string;
}

/** In place of gateways, tunnels and their endpoints, where none of the clusters has any. */
export interface NotInstalled {
  readonly installed: false;
  readonly message: string;
}

const DATA_PLANE: NotInstalled = { installed: false, message: 'the data plane is not installed' };

export interface ShowReport {
  readonly brokers?: readonly BrokerRow[];
  readonly connections?: readonly ConnectionRow[] | NotInstalled;
  readonly endpoints?: readonly EndpointRow[] | NotInstalled;
  readonly gateways?: readonly GatewayRow[] | NotInstalled;
  readonly networks?: readonly NetworkRow[];
  readonly services?: readonly ServiceRow[];
  readonly versions?: readonly VersionRow[];
  /** Contexts whose cluster could not be read. */
  readonly unread: readonly UnreadContext[];
  readonly leftOut: Fleet['leftOut'];
}

/** What `mcs show <topic>` says of a fleet, ready for JSON. */
export function makeShowReport(fleet: Fleet, topics: readonly ShowTopic[]): ShowReport {
  const has = (topic: ShowTopic): boolean => topics.includes(topic);
  return {
    ...(has('brokers') && { brokers: fleet.clusters.flatMap(brokerRows) }),
    ...(has('connections') && { connections: dataPlaneRows(fleet, connectionRows) }),
    ...(has('endpoints') && { endpoints: dataPlaneRows(fleet, endpointRows) }),
    ...(has('gateways') && { gateways: dataPlaneRows(fleet, gatewayRows) }),
    ...(has('networks') && { networks: fleet.clusters.flatMap(networkRows) }),
    ...(has('services') && { services: serviceRows(fleet) }),
    ...(has('versions') && { versions: fleet.clusters.flatMap(versionRows) }),
    unread: fleet.unread.map(describeUnread),
    leftOut: fleet.leftOut,
  };
}

function dataPlaneRows<T>({ clusters }: Fleet, rowsOf: (cluster: string, state: DataPlaneState) => readonly T[]): readonly T[] | NotInstalled {
  const connected = clusters.flatMap((cluster) => (cluster.state.member?.dataPlane === undefined ? [] : [{ name: nameOf(cluster), state: cluster.state.member.dataPlane }]));
  return connected.length === 0 ? DATA_PLANE : connected.flatMap(({ name, state }) => rowsOf(name, state));
}

const isReady = ({ ready, wanted }: WorkloadState): boolean => ready >= wanted && wanted > 0;

function brokerRows(cluster: FleetMember): readonly BrokerRow[] {
  const { broker, workloads } = cluster.state;
  if (broker === undefined) return [];
  const desk = workloads.find(({ component }) => component === 'desk');
  return [
    {
      cluster: nameOf(cluster),
      namespace: broker.namespace,
      desk: desk !== undefined && isReady(desk) ? 'ready' : 'not ready',
      members: broker.members.map(({ clusterID }) => clusterID),
      exports: broker.members.reduce((sum, { exports }) => sum + exports, 0),
    },
  ];
}

function networkRows(cluster: FleetMember): readonly NetworkRow[] {
  const { config, dnsWiring } = cluster.state.member ?? {};
  if (config === undefined) return [];
  const { podCIDRs, serviceCIDRs, nodeCIDRs, components, settings } = config;
  return [{ cluster: nameOf(cluster), podCIDRs, serviceCIDRs, nodeCIDRs, components, cableDriver: settings.cableDriver ?? '', ...(dnsWiring && { dnsWiring: { state: dnsWiring.state, message: dnsWiring.message } }) }];
}

function versionRows(cluster: FleetMember): readonly VersionRow[] {
  return cluster.state.workloads.map(({ component, image, version, ready, wanted }) => ({ cluster: nameOf(cluster), component, image, version, ready, wanted }));
}

function serviceRows(fleet: Fleet): readonly ServiceRow[] {
  return sharedServices(fleet.clusters.map(({ state }) => state)).map(({ namespace, name, exports, imports }) => {
    const bad = exports.flatMap(({ cluster, conditions }) => conditions.filter(isTrouble).map(({ type, status, reason }) => `${cluster}: ${type}=${status} ${reason}`));
    return {
      namespace,
      name,
      type: imports[0]?.type ?? '',
      exportedBy: exports.map(({ cluster }) => cluster),
      importedIn: imports.map(({ cluster }) => cluster),
      ips: Object.fromEntries(imports.map(({ cluster, ips }) => [cluster, ips])),
      ports: imports[0]?.ports ?? [],
      conditions: Object.fromEntries(exports.map(({ cluster, conditions }) => [cluster, conditions])),
      state: bad.length > 0 ? bad.join('; ') : stateOf(exports.length, imports.length),
    };
  });
}

function isTrouble({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'Conflict' ? status === 'True' : status !== 'True';
}

function stateOf(exports: number, imports: number): string {
  if (imports === 0) return 'not imported yet';
  return exports === 0 ? 'exported by clusters not shown here' : 'ok';
}
