import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, MEMBER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { EndpointSlice, KubeObject, ObjectMeta, ServiceImport } from '../api/types/index.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import type { DnsIndex } from './dns-index.ts';
import { createFeed, type ZoneFeed } from './zone-feed.ts';

export interface FollowOptions {
  readonly client: KubeClient;
  readonly index: DnsIndex;
  readonly logger: Logger;
  /** Namespaces whose objects are no imports of this cluster: the broker's. */
  readonly ignoredNamespaces: readonly string[];
}

const NOT_READY = { ready: false };

/** What answers are made of; the rest of an object would only take memory. */
function slimMetadata({ name, namespace = '', uid, resourceVersion, labels = {} }: ObjectMeta): ObjectMeta {
  const kept = [MEMBER, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER].flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]] as const]));
  return { name, namespace, labels: Object.fromEntries(kept), ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
}

/** A spec is not required: an import that somebody made without one exists, and has no addresses. */
function slimImport({ apiVersion, kind, metadata, ...rest }: ServiceImport): ServiceImport {
  const { type = 'ClusterSetIP', ports = [], ips } = (rest as { spec?: Partial<ServiceImport['spec']> }).spec ?? {};
  return { apiVersion, kind, metadata: slimMetadata(metadata), spec: { type, ports, ...(ips !== undefined && { ips }) } };
}

function slimSlice({ apiVersion, kind, metadata, addressType, endpoints, ports }: EndpointSlice): EndpointSlice {
  const slim = (endpoints ?? []).map(({ addresses, conditions, hostname }) => ({
    addresses,
    ...(conditions?.ready === false && { conditions: NOT_READY }), // an unset condition means ready (EndpointSlice API)
    ...(hostname !== undefined && { hostname }),
  }));
  return { apiVersion, kind, metadata: slimMetadata(metadata), addressType, endpoints: slim, ...(ports && { ports }) };
}

/** Keeps the index in step with the ServiceImports and multi-cluster EndpointSlices of a cluster. */
export function followCluster({ client, index, logger, ignoredNamespaces }: FollowOptions): ZoneFeed {
  const imports = createInformer<ServiceImport>(client, resources.serviceImports, { logger, transform: slimImport });
  const slices = createInformer<EndpointSlice>(client, resources.endpointSlices, { labelSelector: MCS_SERVICE_NAME, logger, transform: slimSlice });
  // objects of a broker that this cluster hosts, be it another one than its own, are nobody's imports here
  const isOurs = ({ metadata }: KubeObject): boolean => !ignoredNamespaces.includes(metadata.namespace ?? '') && !(MEMBER in (metadata.labels ?? {}));
  feed(imports, isOurs, (object) => index.setImport(object), (object) => index.removeImport(object));
  feed(slices, isOurs, (object) => index.setSlice(object), (object) => index.removeSlice(object));
  return createFeed('cluster-feed', [imports, slices]);
}

function feed<T extends KubeObject>(informer: Informer<T>, isOurs: (object: T) => boolean, set: (object: T) => void, remove: (object: T) => void): void {
  informer.onChange((_key, next, previous) => {
    if (previous !== undefined && isOurs(previous)) remove(previous); // its labels may have named another service
    if (next !== undefined && isOurs(next)) set(next);
  });
}
