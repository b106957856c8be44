import { EXPORT_POLICY, LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, MEMBER, REFLECTED_SERVICE, SERVICE_NAME } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { CableEndpoint, Cluster, EndpointSlice, Gateway, KubeObject, Lease, Namespace, Service, ServiceExport, ServiceImport } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { isCopy } from '../sync/ownership.ts';

/** `namespace/service`: the key under which everything that belongs to one service is found. */
export type ServiceKey = string;

function labelKey(object: KubeObject, label: string, namespace: string | undefined): ServiceKey | undefined {
  const name = object.metadata.labels?.[label];
  return name === undefined || namespace === undefined ? undefined : objectKey({ namespace, name });
}

/** Service of an ordinary slice of this cluster; copies are no sources. */
export function sourceServiceKey(slice: EndpointSlice): ServiceKey | undefined {
  return isCopy(slice) ? undefined : labelKey(slice, SERVICE_NAME, slice.metadata.namespace);
}

/** Service of an imported slice or derived Service in this cluster. */
export function importedServiceKey(object: KubeObject): ServiceKey | undefined {
  return labelKey(object, MCS_SERVICE_NAME, object.metadata.namespace);
}

/** Service that a reflected Service or slice in this cluster is of. */
export function reflectedServiceKey(object: KubeObject): ServiceKey | undefined {
  return labelKey(object, REFLECTED_SERVICE, object.metadata.namespace);
}

function policyOf({ metadata }: ServiceExport): string | undefined {
  return metadata.labels?.[EXPORT_POLICY];
}

/** Service that an object on the broker says it is of. Only an address for lookups: it is validated when read. */
export function brokerServiceKey(object: KubeObject): ServiceKey | undefined {
  return labelKey(object, MCS_SERVICE_NAME, object.metadata.labels?.[LIGHTHOUSE_SOURCE_NAMESPACE]);
}

/** Member that an object on the broker belongs to by its name, which is what the broker binds to the writer. */
export function brokerCluster({ metadata }: KubeObject): string {
  return metadata.name.slice(metadata.name.lastIndexOf('.') + 1);
}

/**
 * Whether an object is one of a broker that this cluster hosts. Such objects are neither exports nor
 * imports here, whichever broker it is: taking them for imports would delete every member's records.
 */
export function isBrokerObject({ metadata }: KubeObject): boolean {
  return MEMBER in (metadata.labels ?? {});
}

/** What is known of the own cluster. */
export interface LocalCaches {
  readonly services: ObjectCache<Service, 'imported' | 'reflected'>;
  /** `policy`: those that a ServiceExportPolicy has made, by its label. */
  readonly exports: ObjectCache<ServiceExport, 'policy'>;
  readonly imports: ObjectCache<ServiceImport>;
  readonly slices: ObjectCache<EndpointSlice, 'source' | 'imported' | 'reflected'>;
  readonly namespaces: ObjectCache<Namespace>;
  /** Ends of tunnels and gateways, in the member namespace. */
  readonly cableEndpoints: ObjectCache<CableEndpoint>;
  readonly gateways: ObjectCache<Gateway>;
}

export function createLocalCaches(clock: Clock): LocalCaches {
  return {
    services: new ObjectCache<Service, 'imported' | 'reflected'>({ clock, indexes: { imported: importedServiceKey, reflected: reflectedServiceKey } }),
    exports: new ObjectCache<ServiceExport, 'policy'>({ clock, indexes: { policy: policyOf } }),
    imports: new ObjectCache({ clock }),
    slices: new ObjectCache<EndpointSlice, 'source' | 'imported' | 'reflected'>({ clock, indexes: { source: sourceServiceKey, imported: importedServiceKey, reflected: reflectedServiceKey } }),
    namespaces: new ObjectCache({ clock }),
    cableEndpoints: new ObjectCache({ clock }),
    gateways: new ObjectCache({ clock }),
  };
}

function brokerOriginNamespace({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[LIGHTHOUSE_SOURCE_NAMESPACE];
}

/** Objects that do not say which service they are of; key STRAY. */
function strayKey(object: KubeObject): typeof STRAY | undefined {
  return brokerServiceKey(object) === undefined ? STRAY : undefined;
}

export const STRAY = 'stray';

type RecordIndex = 'service' | 'cluster' | 'namespace' | typeof STRAY;


/** What is known of the broker. */
export interface BrokerCaches {
  readonly imports: ObjectCache<ServiceImport, RecordIndex>;
  readonly slices: ObjectCache<EndpointSlice, 'service' | typeof STRAY>;
  readonly clusters: ObjectCache<Cluster>;
  readonly leases: ObjectCache<Lease>;
}

export function createBrokerCaches(clock: Clock): BrokerCaches {
  const indexes = { service: brokerServiceKey, [STRAY]: strayKey };
  return {
    imports: new ObjectCache<ServiceImport, RecordIndex>({ clock, indexes: { ...indexes, cluster: brokerCluster, namespace: brokerOriginNamespace } }),
    slices: new ObjectCache<EndpointSlice, 'service' | typeof STRAY>({ clock, indexes }),
    clusters: new ObjectCache({ clock }),
    leases: new ObjectCache({ clock }),
  };
}

/** Objects of one member for one service. */
export function ofMember<T extends KubeObject>(objects: readonly T[], cluster: string): T[] {
  return objects.filter((object) => object.metadata.labels?.[MEMBER] === cluster && brokerCluster(object) === cluster);
}
