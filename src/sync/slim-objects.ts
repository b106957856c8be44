import { EXPORT_WISH, LAST_APPLIED, REFLECTED } from '../api/labels.ts';
import type { Condition, Endpoint, EndpointSlice, KubeObject, ObjectMeta, Service, ServiceImport } from '../api/types/index.ts';
import type { Sharing } from '../base/shared-values.ts';
import { isCopy } from './ownership.ts';

/*
 * Objects as long-running parts keep them: what it reads or compares, with one copy of what many have in
 * common. A field that a desired object may hold must be kept here, or it would be written for ever.
 */

/** Fresh objects of one shape take least memory; fields that are not set are undefined in them. */
function slimMetadata(metadata: ObjectMeta, { text }: Sharing): ObjectMeta {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp, labels, annotations } = metadata;
  return {
    name,
    namespace: namespace && text(namespace),
    uid,
    resourceVersion,
    generation,
    creationTimestamp: creationTimestamp && text(creationTimestamp),
    deletionTimestamp,
    labels: labels && shareValues(labels, text),
    annotations: annotations && shareValues(withoutLastApplied(annotations), text),
  } as ObjectMeta;
}

/** Annotations without kubectl's copy of the object. */
export function withoutLastApplied(annotations: Record<string, string>): Record<string, string> {
  if (!(LAST_APPLIED in annotations)) return annotations;
  const { [LAST_APPLIED]: _lastApplied, ...rest } = annotations;
  return rest;
}

function shareValues(record: Record<string, string>, text: Sharing['text']): Record<string, string> {
  for (const [key, value] of Object.entries(record)) record[key] = text(value);
  return record;
}

/** Slims any object: its metadata, no more. */
export function slimObject<T extends KubeObject>(object: T, sharing: Sharing): T {
  object.apiVersion = sharing.text(object.apiVersion);
  object.kind = sharing.text(object.kind);
  object.metadata = slimMetadata(object.metadata, sharing);
  return object;
}

/** Annotations of Services that decide whether a policy exports them. */
const SERVICE_ANNOTATIONS = [EXPORT_WISH, REFLECTED];

function exportAnnotations(annotations: Readonly<Record<string, string>> = {}): { annotations?: Record<string, string> } {
  const kept = SERVICE_ANNOTATIONS.flatMap((key) => (annotations[key] === undefined ? [] : [[key, annotations[key]] as const]));
  return kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) };
}

/** Neither selector nor status, and of the annotations only those that whether a Service is exported depends on. */
export function slimService({ apiVersion, kind, metadata, spec }: Service, sharing: Sharing): Service {
  const { type, clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ports, sessionAffinity, sessionAffinityConfig, internalTrafficPolicy, trafficDistribution } = spec;
  const { annotations, ...rest } = metadata;
  const slim = {
    type: type && sharing.text(type),
    clusterIP,
    clusterIPs,
    ipFamilies: ipFamilies && sharing.value(ipFamilies),
    ipFamilyPolicy: ipFamilyPolicy && sharing.text(ipFamilyPolicy),
    ports: ports && sharing.value(ports),
    sessionAffinity,
    sessionAffinityConfig,
    internalTrafficPolicy,
    trafficDistribution,
  } as Service['spec'];
  return slimObject({ apiVersion, kind, metadata: { ...rest, ...exportAnnotations(annotations) }, spec: slim }, sharing);
}

/** Endpoints of this cluster's own pods keep what an export takes of them; copies are compared, so they keep all. */
export function slimSlice(slice: EndpointSlice, sharing: Sharing): EndpointSlice {
  const isSource = !isCopy(slice);
  if (Array.isArray(slice.ports)) slice.ports = sharing.value(slice.ports);
  // an empty list may come as null, and on a broker anything may stand in a list
  if (Array.isArray(slice.endpoints)) slice.endpoints = slice.endpoints.map((endpoint) => slimEndpoint(endpoint, isSource, sharing));
  return slimObject(slice, sharing);
}

function slimEndpoint(endpoint: Endpoint | null, isSource: boolean, sharing: Sharing): Endpoint {
  if (typeof endpoint?.conditions === 'object') endpoint.conditions = sharing.value(endpoint.conditions);
  if (endpoint === null || !isSource) return endpoint as Endpoint;
  const { addresses, conditions, hostname, zone } = endpoint;
  return { addresses, ...(conditions && { conditions }), ...(hostname !== undefined && { hostname }), ...(zone !== undefined && { zone }) };
}

export function slimImport(serviceImport: ServiceImport, sharing: Sharing): ServiceImport {
  const { spec, status } = serviceImport as Partial<ServiceImport>; // whoever wrote it may have left the spec out
  if (Array.isArray(spec?.ports)) spec.ports = sharing.value(spec.ports);
  if (Array.isArray(spec?.ipFamilies)) spec.ipFamilies = sharing.value(spec.ipFamilies);
  if (typeof spec?.type === 'string') spec.type = sharing.text(spec.type) as typeof spec.type;
  if (Array.isArray(status?.clusters)) status.clusters = sharing.value(status.clusters);
  if (Array.isArray(status?.conditions)) status.conditions = status.conditions.map((condition: Condition) => sharing.value(condition));
  return slimObject(serviceImport, sharing);
}
