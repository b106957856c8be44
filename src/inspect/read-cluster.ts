import { MANAGED_BY, MANAGED_BY_MCS, MCS_SERVICE_NAME, MEMBER } from '../api/labels.ts';
import { GATEWAY_AGENT, GATEWAY_LEASE, MEMBER_BROKER_SECRET, MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../api/names.ts';
import { type Resource, resources } from '../api/resources.ts';
import type { Cluster, KubeObject, Lease, ServiceImport } from '../api/types/index.ts';
import { parseWiringStatus } from '../cluster-dns/wiring-status.ts';
import { findEngines } from '../discovery/engines.ts';
import { readEngineFacts } from '../discovery/read-cluster-facts.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, ListOptionsOf } from '../kube/client.ts';
import { describeCredential } from './describe-credential.ts';
import { digestedSlices, importedIdentity, sumDigests } from './endpoint-digest.ts';
import { renewalWrittenAt } from './lease-renewal.ts';
import { countReadyEndpoints, slimSlice } from './ready-endpoints.ts';
import { type BrokerMember, type BrokerState, type ClusterState, type CredentialState, type DataPlaneState, describeWorkload, type MemberState, parseMemberConfig, type WorkloadState } from './cluster-state.ts';

/** Objects of a collection; none where the cluster does not serve that API. */
export async function listServed<T extends KubeObject>(client: KubeClient, resource: Resource<T>, options: ListOptionsOf<T>): Promise<readonly T[]> {
  try {
    return (await client.list(resource, options)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/**
 * Reads what `mcs` has in one cluster, in parallel. A cluster without mcs gives a state without
 * parts. Throws ApiError or MCS_CLUSTER_UNREACHABLE.
 */
export async function readCluster(client: KubeClient, signal: AbortSignal): Promise<ClusterState> {
  // alone, for the connections after the first one are cheap: TLS takes its session up again
  const kubeSystem = await client.get(resources.namespaces, 'kube-system', undefined, { signal });
  const [version, workloads, member] = await Promise.all([
    client.getPath<{ gitVersion: string }>('/version', { signal }),
    readWorkloads(client, signal),
    readMember(client, signal),
  ]);
  const desk = workloads.find(({ component }) => component === 'desk');
  const isConnected = member !== undefined && workloads.some(({ name, kind }) => name === GATEWAY_AGENT && kind === resources.daemonSets.kind);
  const [broker, dataPlane] = await Promise.all([
    desk === undefined ? undefined : readBroker(client, desk.namespace, signal),
    isConnected ? readDataPlane(client, signal) : undefined,
  ]);
  const otherEngines = member === undefined && workloads.length === 0 ? findEngines(await readEngineFacts(client, signal)).map(({ evidence, name }) => `${name} (${evidence})`) : [];
  return {
    uid: kubeSystem.metadata.uid ?? '',
    kubernetesVersion: version.gitVersion,
    workloads,
    ...(member !== undefined && { member: { ...member, ...(dataPlane !== undefined && { dataPlane }) } }),
    ...(broker !== undefined && { broker }),
    ...(otherEngines.length > 0 && { otherEngines }),
  };
}

async function readWorkloads(client: KubeClient, signal: AbortSignal): Promise<readonly WorkloadState[]> {
  const options = { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS}`, signal };
  const [deployments, daemonSets] = await Promise.all([listServed(client, resources.deployments, options), listServed(client, resources.daemonSets, options)]);
  return [...deployments, ...daemonSets].map(describeWorkload);
}

async function readMember(client: KubeClient, signal: AbortSignal): Promise<MemberState | undefined> {
  const [configMap, wiring, credential, exports, imports, slices] = await Promise.all([
    client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }),
    client.find(resources.configMaps, MEMBER_DNS_WIRING, MEMBER_NAMESPACE, { signal }),
    readCredential(client, signal),
    listServed(client, resources.serviceExports, { signal }),
    listServed(client, resources.serviceImports, { signal }),
    listServed(client, digestedSlices, { labelSelector: MCS_SERVICE_NAME, signal, transform: slimSlice }),
  ]);
  const config = parseMemberConfig(configMap);
  if (config === undefined) return undefined;
  // on the cluster that hosts the broker, the broker's objects are nobody's imports
  const isLocal = ({ metadata }: KubeObject): boolean => metadata.namespace !== config.brokerNamespace;
  const dnsWiring = parseWiringStatus(wiring);
  const local = slices.filter(isLocal);
  return { config, ...(credential && { credential }), ...(dnsWiring && { dnsWiring }), exports, imports: imports.filter(isLocal), readyEndpoints: countReadyEndpoints(local), endpointDigests: sumDigests(local, importedIdentity) };
}

/** What the gateway agents of a member say. */
export async function readDataPlane(client: KubeClient, signal: AbortSignal): Promise<DataPlaneState> {
  const options = { namespace: MEMBER_NAMESPACE, signal };
  const [endpoints, gateways, routeAgents, leaseAge] = await Promise.all([
    listServed(client, resources.cableEndpoints, options),
    listServed(client, resources.gateways, options),
    listServed(client, resources.routeAgents, options),
    readLeaseAge(client, signal),
  ]);
  return { endpoints, gateways, routeAgents, ...(leaseAge !== undefined && { leaseAge }) };
}

async function readLeaseAge(client: KubeClient, signal: AbortSignal): Promise<number | undefined> {
  return ageOf(await findAllowed(client, resources.leases, GATEWAY_LEASE, signal), client);
}

/** Seconds since a Lease was renewed, by the API server's own times; undefined where it does not tell. */
function ageOf(lease: Lease | undefined, client: KubeClient): number | undefined {
  const [now, written] = [client.serverTime?.(), lease && renewalWrittenAt(lease)];
  return now === undefined || written === undefined ? undefined : Math.max(0, Math.round((now - written) / 1_000));
}

/** An object of the member namespace; undefined where there is none, or the reader may not read it. */
async function findAllowed<T extends KubeObject>(client: KubeClient, resource: Resource<T>, name: string, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await client.find(resource, name, MEMBER_NAMESPACE, { signal });
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

async function readCredential(client: KubeClient, signal: AbortSignal): Promise<CredentialState | undefined> {
  const secret = await findAllowed(client, resources.secrets, MEMBER_BROKER_SECRET, signal);
  return secret && describeCredential(secret);
}

async function readBroker(client: KubeClient, namespace: string, signal: AbortSignal): Promise<BrokerState> {
  const options = { namespace, signal };
  const [clusters, leases, imports] = await Promise.all([
    listServed(client, resources.clusters, options),
    listServed(client, resources.leases, { ...options, keepsManagedFields: true }), // the age of a Lease stands there
    listServed(client, resources.serviceImports, options),
  ]);
  return { namespace, members: clusters.map((cluster) => describeMember(cluster, leases, imports, client)) };
}

function describeMember({ metadata, spec }: Cluster, leases: readonly Lease[], imports: readonly ServiceImport[], client: KubeClient): BrokerMember {
  const lease = leases.find((one) => one.metadata.name === spec.cluster_id);
  const [renewedAt, leaseAge] = [lease?.spec?.renewTime, ageOf(lease, client)];
  return {
    clusterID: spec.cluster_id,
    podCIDRs: spec.cluster_cidr,
    serviceCIDRs: spec.service_cidr,
    nodeCIDRs: spec.node_cidr ?? [],
    joinedAt: metadata.creationTimestamp ?? '',
    ...(spec.cluster_uid !== undefined && { clusterUID: spec.cluster_uid }),
    ...(renewedAt !== undefined && { renewedAt }),
    ...(leaseAge !== undefined && { leaseAge }),
    exports: imports.filter((object) => object.metadata.labels?.[MEMBER] === spec.cluster_id).length,
  };
}
