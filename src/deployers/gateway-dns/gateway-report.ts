import { APP_VERSION, DNS_TTL, GATEWAY_DNS_HOSTNAME, GATEWAY_DNS_REF } from '../../api/labels.ts';
import { MEMBER_DNS_WIRING, XCC_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Condition, EndpointSlice, GatewayClusterStatus, GatewayDNS, Workload } from '../../api/types/index.ts';
import { parseWiringStatus, type WiringStatus } from '../../cluster-dns/wiring-status.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import type { FleetCluster } from '../../fleet/fleet-cluster.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { tryListHubClusters } from './hub-clusters.ts';
import { HUB, PATCHER, SERVER } from './render.ts';
import { hubVars, standingHubSettings, standingSuffixes } from './settings.ts';

/** A Deployment of gateway-dns, whoever made it. */
export interface PartReport {
  readonly context: string;
  readonly namespace: string;
  readonly madeBy: 'mcs' | 'cross-cluster-connectivity';
  /** Empty for what mcs did not make. */
  readonly version: string;
  readonly ready: number;
  readonly wanted: number;
}

export interface GatewayReport {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly resolutionType: string;
  /** Clusters that have all of its records, of those that shall: `5/6`; empty where the hub has not said. */
  readonly published: string;
  readonly conditions: readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[];
  readonly clusters: readonly GatewayClusterStatus[];
}

export interface HubReport extends PartReport {
  readonly suffix: string;
  /** Absent where the reader may not list them. */
  readonly clusters?: readonly Pick<FleetCluster, 'namespace' | 'name' | 'source'>[];
  readonly gatewayDNS: readonly GatewayReport[];
}

/** A name that resolves in a cluster. */
export interface NameReport {
  readonly hostname: string;
  readonly addressType: string;
  readonly addresses: readonly string[];
  /** `namespace/name` of the GatewayDNS; absent for records of users. */
  readonly gatewayDNS?: string;
  readonly ttlSeconds?: number;
}

export interface ServerReport extends PartReport {
  /** Empty where they follow from the records. */
  readonly suffixes: readonly string[];
  /** Absent where the configuration of the cluster's DNS is not of mcs. */
  readonly wiring?: Pick<WiringStatus, 'state' | 'message' | 'hints'>;
  readonly names: readonly NameReport[];
}

export interface ClusterReport {
  readonly hubs: readonly HubReport[];
  readonly servers: readonly ServerReport[];
}

function partReport(context: string, deployment: Workload): PartReport {
  const { metadata, spec, status } = deployment;
  const isMade = isOurs(deployment);
  return { context, namespace: metadata.namespace ?? '', madeBy: isMade ? 'mcs' : 'cross-cluster-connectivity', version: isMade ? (metadata.labels?.[APP_VERSION] ?? '') : '', ready: status?.readyReplicas ?? 0, wanted: spec.replicas ?? 1 };
}

function gatewayReport({ metadata, spec, status }: GatewayDNS): GatewayReport {
  const conditions = (status?.conditions ?? []).map(({ type, status: value, reason, message }) => ({ type, status: value, reason, message }));
  return { namespace: metadata.namespace ?? '', name: metadata.name, service: spec?.service ?? '', resolutionType: spec?.resolutionType ?? 'loadBalancer', published: status?.published ?? '', conditions, clusters: status?.clusters ?? [] };
}

async function listGatewayDNS(client: KubeClient, signal: AbortSignal): Promise<readonly GatewayDNS[]> {
  try {
    return (await client.list(resources.gatewayDNS, { signal })).items;
  } catch (error) {
    if (isNotFound(error)) return []; // the CRD is gone
    throw error;
  }
}

async function readHub(context: string, client: KubeClient, deployment: Workload, signal: AbortSignal): Promise<HubReport> {
  const part = partReport(context, deployment);
  const [clusters, gatewayDNS] = await Promise.all([tryListHubClusters(client, part.namespace, signal), listGatewayDNS(client, signal)]);
  return {
    ...part,
    suffix: hubVars(standingHubSettings(deployment)).suffix,
    ...(clusters !== undefined && { clusters: clusters.map(({ namespace, name, source }) => ({ namespace, name, source })) }),
    gatewayDNS: gatewayDNS.map(gatewayReport),
  };
}

/** Names of slices, each once for each kind of address, in order. */
export function namesOf(slices: readonly EndpointSlice[]): NameReport[] {
  const names = new Map<string, NameReport>();
  for (const { metadata, addressType, endpoints } of slices) {
    const hostname = metadata.annotations?.[GATEWAY_DNS_HOSTNAME]?.toLowerCase().replace(/\.$/, '');
    if (hostname === undefined || hostname === '') continue;
    const key = `${hostname} ${addressType}`;
    const addresses = [...new Set([...(names.get(key)?.addresses ?? []), ...(endpoints ?? []).flatMap((endpoint) => endpoint.addresses)])].sort();
    const { [GATEWAY_DNS_REF]: gatewayDNS, [DNS_TTL]: ttl } = metadata.annotations ?? {};
    names.set(key, { hostname, addressType, addresses, ...(gatewayDNS !== undefined && { gatewayDNS }), ...(ttl !== undefined && { ttlSeconds: Number(ttl) }) });
  }
  return [...names].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}

async function readServer(context: string, client: KubeClient, deployment: Workload, patcher: Workload | undefined, signal: AbortSignal): Promise<ServerReport> {
  const part = partReport(context, deployment);
  const { namespace } = part;
  const [slices, map] = await Promise.all([client.list(resources.endpointSlices, { namespace, signal }), client.find(resources.configMaps, MEMBER_DNS_WIRING, namespace, { signal })]);
  const status = parseWiringStatus(map);
  const wiring = status && { state: status.state, message: status.message, hints: status.hints };
  return { ...part, suffixes: standingSuffixes(patcher) ?? standingSuffixes(deployment) ?? [], ...(wiring && patcher && { wiring }), names: namesOf(slices.items) };
}

/** Hubs and name servers of gateway-dns in one cluster. Throws ApiError and what the client throws. */
export async function readGatewayDns(context: string, client: KubeClient, signal: AbortSignal): Promise<ClusterReport> {
  const { items } = await client.list(resources.deployments, { labelSelector: `app in (${HUB},${SERVER},${PATCHER})`, signal });
  const known = items.filter((item) => item.metadata.namespace === XCC_NAMESPACE || isOurs(item));
  const named = (name: string): Workload[] => known.filter(({ metadata }) => metadata.name === name);
  const patcherOf = (server: Workload): Workload | undefined => named(PATCHER).find(({ metadata }) => metadata.namespace === server.metadata.namespace);
  const [hubs, servers] = await Promise.all([
    Promise.all(named(HUB).map((hub) => readHub(context, client, hub, signal))),
    Promise.all(named(SERVER).map((server) => readServer(context, client, server, patcherOf(server), signal))),
  ]);
  return { hubs, servers };
}

const WANTED_TRUE: readonly string[] = ['Accepted', 'GatewaysFound', 'Published'];

/** What a GatewayDNS lacks, as its conditions say; undefined where it does what it is for. */
export function gatewayTrouble({ conditions, clusters }: GatewayReport): string | undefined {
  const missing = WANTED_TRUE.find((type) => !conditions.some((condition) => condition.type === type));
  if (conditions.length === 0 || missing === 'Accepted') return 'the hub has not looked at it yet';
  const bad = conditions.find(({ type, status }) => (WANTED_TRUE.includes(type) ? status !== 'True' : type === 'Conflicted' && status === 'True'));
  if (bad !== undefined) return `${bad.type}=${bad.status}: ${bad.message === '' ? bad.reason : bad.message}`;
  const unreachable = clusters.filter(({ state }) => state === 'Unreachable').map(({ name }) => name);
  return unreachable.length === 0 ? undefined : `not reached: ${unreachable.join(', ')}`;
}

/** Whether a hub runs and every GatewayDNS does what it is for; that of cross-cluster-connectivity says nothing of them. */
export function isHubWell({ ready, madeBy, gatewayDNS }: HubReport): boolean {
  return ready > 0 && (madeBy !== 'mcs' || gatewayDNS.every((gateway) => gatewayTrouble(gateway) === undefined));
}

/** A DNS that is not known here, or that somebody else sees to, is as it is: that is no fault. */
const WELL: readonly WiringStatus['state'][] = ['wired', 'loading', 'served', 'none', 'off'];

/** Whether names resolve in a cluster, as far as it tells. */
export function isServerWell({ ready, wiring }: ServerReport): boolean {
  return ready > 0 && (wiring === undefined || WELL.includes(wiring.state));
}
