import { REFLECTED } from '../../api/labels.ts';
import type { Endpoint, EndpointPort, Endpoints, EndpointSlice, KubeObject, ObjectMeta, Service, ServiceExport, ServicePort } from '../../api/types/index.ts';
import { withoutLastApplied } from '../../sync/slim-objects.ts';

/** Makes of an object what is kept of it, and served if it is emitted. */
export interface ObjectForms {
  readonly service: (object: Service) => Service;
  readonly slice: (object: EndpointSlice) => EndpointSlice;
  readonly endpoints: (object: Endpoints) => Endpoints;
  readonly serviceExport: (object: ServiceExport) => ServiceExport;
}

type Annotations = Readonly<Record<string, string>> | undefined;

/** Fields of a record that are set. */
function given<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

function ownAnnotations(annotations: Annotations): Annotations {
  const rest = withoutLastApplied(annotations ?? {});
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** The mark of an old copy is what tells that an object is none to emit (`isMirrorable`). */
function onlyMark(annotations: Annotations): Annotations {
  const mark = annotations?.[REFLECTED];
  return mark === undefined ? undefined : { [REFLECTED]: mark };
}

function identity({ creationTimestamp, deletionTimestamp, labels, name, namespace, resourceVersion, uid }: ObjectMeta, annotations: Annotations): ObjectMeta {
  return given({ name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, labels, annotations }) as ObjectMeta;
}

function leastPort({ appProtocol, name, port, protocol }: ServicePort): ServicePort {
  return given({ name, protocol, appProtocol, port }) as ServicePort;
}

/** A ClusterIP means nothing in another cluster; that there is none (headless) does. */
function leastService({ apiVersion, kind, metadata, spec }: Service): Service {
  const { clusterIP, externalName, internalTrafficPolicy, ipFamilies, ipFamilyPolicy, ports, publishNotReadyAddresses, sessionAffinity, sessionAffinityConfig, trafficDistribution, type } = spec;
  return {
    apiVersion,
    kind,
    metadata: identity(metadata, ownAnnotations(metadata.annotations)),
    spec: given({
      type,
      clusterIP: clusterIP === 'None' ? clusterIP : undefined,
      externalName,
      ports: ports?.map(leastPort),
      sessionAffinity,
      sessionAffinityConfig,
      publishNotReadyAddresses,
      internalTrafficPolicy,
      trafficDistribution,
      ipFamilies,
      ipFamilyPolicy,
    }) as Service['spec'],
  };
}

function leastEndpointPort({ appProtocol, name, port, protocol }: EndpointPort): EndpointPort {
  return given({ name, protocol, appProtocol, port }) as EndpointPort;
}

function leastEndpoint({ addresses, conditions, hostname, zone }: Endpoint): Endpoint {
  return given({ addresses, conditions, hostname, zone }) as Endpoint;
}

function leastSlice({ addressType, apiVersion, endpoints, kind, metadata, ports }: EndpointSlice): EndpointSlice {
  return { apiVersion, kind, metadata: identity(metadata, onlyMark(metadata.annotations)), addressType, endpoints: (endpoints ?? []).map(leastEndpoint), ports: (ports ?? []).map(leastEndpointPort) };
}

type Subset = NonNullable<Endpoints['subsets']>[number];

function leastSubset({ addresses, notReadyAddresses, ports }: Subset): Subset {
  const least = (list: Subset['addresses']): Subset['addresses'] => list?.map(({ hostname, ip }) => ({ ip, ...(hostname !== undefined && { hostname }) }));
  return given({ addresses: least(addresses), notReadyAddresses: least(notReadyAddresses), ports: ports?.map(leastEndpointPort) }) as Subset;
}

function leastEndpoints({ apiVersion, kind, metadata, subsets }: Endpoints): Endpoints {
  return { apiVersion, kind, metadata: identity(metadata, onlyMark(metadata.annotations)), subsets: (subsets ?? []).map(leastSubset) };
}

/** That there is one is all that a mirror asks for. */
function leastExport({ apiVersion, kind, metadata }: ServiceExport): ServiceExport {
  return { apiVersion, kind, metadata: identity(metadata, undefined) };
}

/** What mirrors need, and no more. */
export const LEAST_FORMS: ObjectForms = { service: leastService, slice: leastSlice, endpoints: leastEndpoints, serviceExport: leastExport };

/** All of it, but for what tells who wrote it rather than what it is. The client drops managedFields. */
function whole<T extends KubeObject>(object: T): T {
  const { managedFields: _managedFields, ...metadata } = object.metadata as ObjectMeta & { managedFields?: unknown };
  return { ...object, metadata: given({ ...metadata, annotations: ownAnnotations(metadata.annotations) }) };
}

export const FULL_FORMS: ObjectForms = { service: whole, slice: whole, endpoints: whole, serviceExport: whole };
