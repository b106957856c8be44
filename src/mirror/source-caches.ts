import { CROSS_CLUSTER, ORIGIN_CLUSTER, OWNER, REFLECTED, SERVICE_NAME } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { Endpoints, EndpointSlice, KubeObject, ObjectMeta, Service, ServiceExport } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Sharing } from '../base/shared-values.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { slimObject, slimSlice } from '../sync/slim-objects.ts';
import type { SourceSettings } from './settings.ts';
import { targetOf } from './translate/target-of.ts';
import type { TargetKey } from './target.ts';

/** Stands in the index for the target of Services that are mapped to no name that Kubernetes takes. */
export const NO_TARGET = '';

/** What is known of one source. */
export interface SourceCaches {
  readonly services: ObjectCache<Service, 'target' | 'namespace'>;
  /** By `namespace/name` of their Service. */
  readonly slices: ObjectCache<EndpointSlice, 'service'>;
  readonly endpoints: ObjectCache<Endpoints>;
  readonly exports: ObjectCache<ServiceExport>;
}

export function createSourceCaches(settings: Pick<SourceSettings, 'name' | 'mapping'>, clock: Clock): SourceCaches {
  const namespaceOf = ({ metadata }: Service): string | undefined => {
    const target = targetOf(settings, metadata);
    return 'invalid' in target ? undefined : target.namespace;
  };
  return {
    services: new ObjectCache<Service, 'target' | 'namespace'>({ clock, indexes: { target: (service) => targetKeyOf(settings, service), namespace: namespaceOf } }),
    slices: new ObjectCache<EndpointSlice, 'service'>({ clock, indexes: { service: sliceServiceKey } }),
    endpoints: new ObjectCache({ clock }),
    exports: new ObjectCache({ clock }),
  };
}

/** Where a Service of a source goes, or NO_TARGET. */
export function targetKeyOf(settings: Pick<SourceSettings, 'name' | 'mapping'>, { metadata }: Service): TargetKey {
  const target = targetOf(settings, metadata);
  return 'invalid' in target ? NO_TARGET : objectKey(target);
}

/** `namespace/name` of the Service that a slice of a source is of. */
export function sliceServiceKey({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_NAME];
  return name === undefined || metadata.namespace === undefined ? undefined : objectKey({ namespace: metadata.namespace, name });
}

/** Everything that a mirror may take over. What has no namespace is no Service. */
export function slimSourceService({ apiVersion, kind, metadata, spec }: Service, sharing: Sharing): Service {
  requireNamespace(metadata);
  const { selector: _selector, ...rest } = (spec as Service['spec'] | undefined) ?? {};
  return slimObject({ apiVersion, kind, metadata, spec: rest }, sharing);
}

/** Labels that say whose a slice is and whether it is a copy. */
const SLICE_LABELS: ReadonlySet<string> = new Set([SERVICE_NAME, OWNER, ORIGIN_CLUSTER, CROSS_CLUSTER, REFLECTED]);

export function slimSourceSlice(slice: EndpointSlice, sharing: Sharing): EndpointSlice {
  return slimSlice(withLeastMetadata(slice), sharing);
}

export function slimSourceEndpoints(endpoints: Endpoints, sharing: Sharing): Endpoints {
  return slimObject(withLeastMetadata(endpoints), sharing);
}

/** Of an export only its name matters. */
export function slimSourceExport({ apiVersion, kind, metadata }: ServiceExport, sharing: Sharing): ServiceExport {
  return slimObject(withLeastMetadata({ apiVersion, kind, metadata }), sharing);
}

function withLeastMetadata<T extends KubeObject>(object: T): T {
  const { labels = {}, annotations, ...metadata } = object.metadata;
  requireNamespace(metadata);
  object.metadata = {
    ...metadata,
    labels: Object.fromEntries(Object.entries(labels).filter(([key]) => SLICE_LABELS.has(key))),
    ...(annotations?.[REFLECTED] !== undefined && { annotations: { [REFLECTED]: annotations[REFLECTED] } }),
  };
  return object;
}

function requireNamespace({ namespace }: Pick<ObjectMeta, 'namespace'>): void {
  if (typeof namespace !== 'string') throw new TypeError('it has no namespace');
}
