import { apiVersionOf, type Resource, resources } from '../../src/api/resources.ts';
import type { Cluster, KubeObject, Namespace, Service, ServiceExport, ServiceImport } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createBrokerCaches, createLocalCaches } from '../../src/controller/caches.ts';
import { MemberQuota } from '../../src/controller/member-quota.ts';
import { type ControllerSettings, DEFAULT_LIMITS } from '../../src/controller/settings.ts';
import type { ImportSources } from '../../src/controller/wanted-import.ts';
import type { Draft } from '../../src/kube/client.ts';
import type { SyncRecord } from '../../src/sync/record.ts';
import { createAddressPolicy } from '../../src/sync/service/address-policy.ts';
import { toBrokerObjects } from '../../src/sync/service/broker-objects.ts';

/** A draft as an API server would have stored it. */
export function stored<T extends KubeObject>(resource: Resource<T>, draft: Draft<T>, metadata: Partial<KubeObject['metadata']> = {}): T {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...structuredClone(draft), metadata: { uid: `uid-${draft.metadata.name}`, ...structuredClone(draft.metadata), ...metadata } } as unknown as T;
}

/** Members have the pod ranges 10.1.0.0/16 (east), 10.2.0.0/16 (west), 10.3.0.0/16 (south). */
export const MEMBERS = ['east', 'west', 'south'];

export const SETTINGS: ControllerSettings = {
  clusterID: 'west',
  memberNamespace: 'submariner-operator',
  brokerNamespace: 'broker',
  podCIDRs: ['10.2.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  nodeCIDRs: [],
  connectivity: false,
  simulated: false,
  identity: 'pod',
  limits: DEFAULT_LIMITS,
};

function memberCluster(name: string, index: number): Cluster {
  const spec = { cluster_id: name, service_cidr: [], cluster_cidr: [`10.${index + 1}.0.0/16`, `fd0${index + 1}::/64`] };
  return { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name, namespace: 'broker', uid: `cluster-${name}`, creationTimestamp: `2026-01-0${index + 1}T00:00:00Z` }, spec };
}

export interface ImportSourcesInput {
  /** What other members export. */
  readonly records?: readonly SyncRecord[];
  readonly settings?: Partial<ControllerSettings>;
  readonly namespace?: Partial<Namespace['metadata']> | 'missing';
  readonly silent?: readonly string[];
  readonly unreachable?: readonly string[];
  readonly silentGateway?: string;
  readonly services?: readonly Service[];
  readonly exports?: readonly ServiceExport[];
  readonly imports?: readonly ServiceImport[];
}

/** What the controller of cluster "west" knows, without any API server. */
export function importSources(input: ImportSourcesInput): ImportSources {
  const settings = { ...SETTINGS, ...input.settings };
  const [local, broker] = [createLocalCaches(systemClock), createBrokerCaches(systemClock)];
  if (input.namespace !== 'missing') local.namespaces.accept({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'shop', ...input.namespace } });
  for (const service of input.services ?? []) local.services.accept(service);
  for (const serviceExport of input.exports ?? []) local.exports.accept(serviceExport);
  for (const serviceImport of input.imports ?? []) local.imports.accept(serviceImport);
  const clusters = MEMBERS.map(memberCluster);
  for (const cluster of clusters) broker.clusters.accept(cluster);
  for (const record of input.records ?? []) {
    const { serviceImport, slices } = toBrokerObjects(record, 'broker');
    broker.imports.accept(stored(resources.serviceImports, serviceImport.object, { creationTimestamp: record.createdAt }));
    for (const { object } of slices) broker.slices.accept(stored(resources.endpointSlices, object));
  }
  const policy = createAddressPolicy({ clusters, localCluster: settings.clusterID, ownRanges: [], allowLoopback: false });
  const isServed = (cluster: string): boolean => !(input.silent ?? []).includes(cluster);
  const isReachable = (cluster: string): boolean => !(input.unreachable ?? []).includes(cluster);
  return { settings, local, broker, quota: new MemberQuota(100, 10_000), liveness: { isServed }, cables: { isReachable, silentGateway: input.silentGateway }, families: ['IPv4'], addressPolicy: () => policy };
}
