import { hash } from 'node:crypto';
import { ORIGIN_CLUSTER, REFLECTED_SERVICE, REFLECTION_SLICE_MANAGER, SERVICE_NAME, SLICE_MANAGED_BY } from '../../api/labels.ts';
import { isDnsLabel } from '../../api/names.ts';
import type { EndpointSlice, IpFamily, KubeObject, Service } from '../../api/types/index.ts';
import { isOwnedBy, ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import type { EndpointGroup, SyncRecord } from '../record.ts';
import { toEndpoint, toImportPort } from './broker-objects.ts';
import { absentAffinity, affinitySpec, chooseFamilies, derivedPortNames, familySpec, toServicePort } from './derived-service.ts';

/** Condition of a ServiceImport: False where an exporter's service has no name of its own in cluster.local, although that was asked for. */
export const REFLECTED_CONDITION = 'mcs.clusterset.local/Reflected';
/** Part that writes reflected Services and their slices, in the ownership tag. */
export const REFLECTION_OWNER = 'reflection';

export interface ReflectionInput {
  /** What the other clusters export of one service. */
  readonly records: readonly SyncRecord[];
  readonly isServed: (cluster: string) => boolean;
  /** Families of this cluster's services; empty if they are not known. */
  readonly families: readonly IpFamily[];
  /** A Service of the service's namespace. */
  readonly findService: (name: string) => Service | undefined;
}

export type UnreflectedReason = 'NameTooLong' | 'ForeignService' | 'NameTaken' | 'IPFamilyNotSupported';

/** Why a cluster's service has no name of its own in cluster.local. */
export interface Unreflected {
  readonly cluster: string;
  /** `<service>-<cluster>` */
  readonly name: string;
  readonly reason: UnreflectedReason;
  readonly message: string;
  /** What stands in the way. */
  readonly obstacle?: Service;
}

export interface Reflection {
  readonly services: readonly Desired<Service>[];
  readonly slices: readonly Desired<EndpointSlice>[];
  readonly unreflected: readonly Unreflected[];
}

/** Name by which one cluster's service is found in cluster.local. */
export function reflectedName(service: string, cluster: string): string {
  return `${service}-${cluster}`;
}

/**
 * What stands in a namespace so that pods find each cluster's part of a service by a name of
 * cluster.local, without any change of the cluster's DNS. Of a silent cluster the Service stays, without endpoints.
 */
export function reflectService(input: ReflectionInput): Reflection {
  const found = input.records.map((record) => reflectRecord(record, input));
  return {
    services: found.flatMap(({ service }) => service ?? []),
    slices: found.flatMap(({ slices }) => slices ?? []),
    unreflected: found.flatMap(({ unreflected }) => unreflected ?? []),
  };
}

interface ReflectedRecord {
  readonly service?: Desired<Service>;
  readonly slices?: readonly Desired<EndpointSlice>[];
  readonly unreflected?: Unreflected;
}

function reflectRecord(record: SyncRecord, { families: supported, findService, isServed }: ReflectionInput): ReflectedRecord {
  const { cluster, name: of } = record.origin;
  const name = reflectedName(of, cluster);
  const standing = findService(name);
  const isOwn = standing !== undefined && isOwnedBy(standing, REFLECTION_OWNER);
  const families = record.kind === 'Headless' ? [] : chooseFamilies(record.ipFamilies, { supported, ...(isOwn && hasAddress(standing) && { standing }) });
  const refused = (reason: UnreflectedReason, message: string, obstacle?: Service): ReflectedRecord => ({ unreflected: { cluster, name, reason, message, ...(obstacle && { obstacle }) } });
  if (!isDnsLabel(name)) return refused('NameTooLong', `"${name}" has ${name.length} characters, and a Service may have 63`);
  if (standing !== undefined && !isOwn) return refused('ForeignService', `a Service "${name}" that mcs did not make stands there and is left alone`, standing);
  if (standing !== undefined && !isReflectionOf(standing, record)) return refused('NameTaken', `"${name}" is the name of another service of another cluster too, which came first`, standing);
  if (families === undefined) return refused('IPFamilyNotSupported', `this cluster has none of its IP families (${record.ipFamilies.join(', ')})`);
  const ports = derivedPortNames(record.ports);
  const groups = isServed(cluster) ? record.groups : [];
  return { service: toService(record, name, families, ports), slices: groups.map((group) => toSlice(record, name, group, ports)) };
}

type Tagged = Pick<KubeObject, 'metadata'>;

function hasAddress({ spec }: Service): boolean {
  return spec.clusterIP !== 'None';
}

/** Whether two reflected objects are of the same service of the same cluster. */
export function isSameReflection(a: Tagged, b: Tagged): boolean {
  return [REFLECTED_SERVICE, ORIGIN_CLUSTER].every((label) => a.metadata.labels?.[label] === b.metadata.labels?.[label]);
}

/** Two services may have one name: "a-b" of "c", and "a" of "b-c". */
function isReflectionOf({ metadata: { labels = {} } }: Service, { origin }: SyncRecord): boolean {
  return labels[REFLECTED_SERVICE] === origin.name && labels[ORIGIN_CLUSTER] === origin.cluster;
}

function labelsOf({ origin }: SyncRecord, uid: string): Record<string, string> {
  return { ...ownershipLabels({ owner: REFLECTION_OWNER, originCluster: origin.cluster, originUid: uid }), [REFLECTED_SERVICE]: origin.name };
}

/** Of the kind of its origin: with an address, so that the service's own ports hold, or headless. */
function toService(record: SyncRecord, name: string, families: readonly IpFamily[], names: ReadonlyMap<string, string>): Desired<Service> {
  const { origin, traffic } = record;
  const address = record.kind === 'Headless' ? { clusterIP: 'None' } : familySpec(families);
  const object = {
    metadata: { name, namespace: origin.namespace, labels: labelsOf(record, origin.uid) },
    spec: {
      type: 'ClusterIP' as const,
      ports: record.ports.map((port) => toServicePort(port, names.get(port.name) ?? port.name)),
      ...address,
      ...affinitySpec(traffic),
    },
  };
  const absent = absentAffinity(traffic);
  return { object, ...(absent.length > 0 && { absent }) };
}

/** Its name holds no dot, and so never meets that of an imported slice, `<slice>.<cluster>`. */
function toSlice(record: SyncRecord, service: string, group: EndpointGroup, names: ReadonlyMap<string, string>): Desired<EndpointSlice> {
  const name = `${service}-${hash('sha256', group.name).slice(0, 10)}`;
  const labels = { ...labelsOf(record, group.uid), [SERVICE_NAME]: service, [SLICE_MANAGED_BY]: REFLECTION_SLICE_MANAGER };
  return {
    object: {
      metadata: { name, namespace: record.origin.namespace, labels },
      addressType: group.family,
      ports: group.ports.map((port) => toImportPort({ ...port, name: names.get(port.name) ?? port.name })),
      endpoints: group.endpoints.map(toEndpoint),
    },
  };
}

/** Whether a Service with an address shall become one without, or the other way round, which the API refuses. */
export function addressDiffers(standing: Service, { object }: Desired<Service>): boolean {
  return (standing.spec.clusterIP === 'None') !== (object.spec.clusterIP === 'None');
}
