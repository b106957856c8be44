import { MCS_SERVICE_NAME } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { EndpointSlice, KubeObject, ServiceImport } from '../api/types/index.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import type { DnsIndex } from './dns-index.ts';

export interface ClusterFeed extends Startable {
  readonly isSynced: boolean;
  /** Resolves when the index holds everything. */
  synced(signal: AbortSignal): Promise<void>;
}

export interface FollowOptions {
  readonly client: KubeClient;
  readonly index: DnsIndex;
  readonly logger: Logger;
  /** Namespaces whose objects are no imports of this cluster: the broker's. */
  readonly ignoredNamespaces: readonly string[];
}

/** Keeps the index in step with the ServiceImports and multi-cluster EndpointSlices of a cluster. */
export function followCluster({ client, index, logger, ignoredNamespaces }: FollowOptions): ClusterFeed {
  const imports = createInformer<ServiceImport>(client, resources.serviceImports, { logger });
  const slices = createInformer<EndpointSlice>(client, resources.endpointSlices, { labelSelector: MCS_SERVICE_NAME, logger });
  const isOurs = ({ metadata }: KubeObject): boolean => !ignoredNamespaces.includes(metadata.namespace ?? '');
  feed(imports, isOurs, (object) => { index.setImport(object); }, (object) => { index.removeImport(object); });
  feed(slices, isOurs, (object) => { index.setSlice(object); }, (object) => { index.removeSlice(object); });
  return {
    name: 'cluster-feed',
    get isSynced() {
      return imports.hasSynced && slices.hasSynced;
    },
    synced: async (signal) => {
      await Promise.all([imports.synced(signal), slices.synced(signal)]);
    },
    start: async (signal) => {
      await Promise.all([imports.start(signal), slices.start(signal)]);
    },
    stop: async () => {
      await Promise.all([imports.stop(), slices.stop()]);
    },
  };
}

function feed<T extends KubeObject>(informer: Informer<T>, isOurs: (object: T) => boolean, set: (object: T) => void, remove: (object: T) => void): void {
  informer.onChange((_key, next, previous) => {
    if (previous !== undefined && isOurs(previous)) remove(previous);
    if (next !== undefined && isOurs(next)) set(next);
  });
}
