import { resources } from '../api/resources.ts';
import type { Cluster, EndpointSlice, KubeObject, Lease, ServiceImport } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { createSharing } from '../base/shared-values.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { brokerCluster, type BrokerCaches, brokerServiceKey, type ServiceKey } from './caches.ts';
import { follow, type Follower, followShared } from '../sync/follow.ts';
import { slimImport, slimObject, slimSlice } from '../sync/slim-objects.ts';

/** The broker's namespace as one process watches it for several controllers. */
export interface BrokerInformers {
  readonly clusters: Informer<Cluster>;
  readonly leases: Informer<Lease>;
  readonly imports: Informer<ServiceImport>;
  readonly slices: Informer<EndpointSlice>;
}

/** Makes them; whoever runs the controllers starts and stops them. */
export function createBrokerInformers(client: KubeClient, namespace: string, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }): BrokerInformers & { readonly parts: readonly Startable[] } {
  const sharing = createSharing();
  const common = { namespace, clock, logger };
  const informers = {
    clusters: createInformer(client, resources.clusters, { ...common, transform: (object) => slimObject(object, sharing) }),
    leases: createInformer(client, resources.leases, { ...common, transform: (object) => slimObject(object, sharing) }),
    imports: createInformer(client, resources.serviceImports, { ...common, transform: (object) => slimImport(object, sharing) }),
    slices: createInformer(client, resources.endpointSlices, { ...common, transform: (object) => slimSlice(object, sharing) }),
  };
  return { ...informers, parts: Object.values(informers) };
}

export interface BrokerWatchOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Default: informers of its own. */
  readonly informers?: BrokerInformers;
  readonly caches: BrokerCaches;
  /** A member's record of a service has changed. */
  readonly onRecord: (key: ServiceKey, cluster: string) => void;
  /** An object that says of no service that it is its own has come, changed or gone. */
  readonly onStray: () => void;
  /** A Cluster object has changed, and with it what is granted to whom. */
  readonly onCluster: (cluster: string) => void;
  readonly onLease: (lease: Lease) => void;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Informers of the broker's namespace. */
export function createBrokerWatch(options: BrokerWatchOptions): Follower[] {
  const { client, caches, onRecord, onStray, onCluster, onLease } = options;
  const { namespace, informers, onError, clock, logger } = options;
  const common = { namespace, onError, clock, logger };
  const onNews = (current: KubeObject, previous?: KubeObject): void => {
    for (const key of new Set([current, ...(previous === undefined ? [] : [previous])].map(brokerServiceKey))) {
      if (key !== undefined) onRecord(key, brokerCluster(current));
      else onStray();
    }
  };
  if (informers !== undefined) {
    return [
      followShared(informers.clusters, caches.clusters, { onNews: ({ metadata }) => onCluster(metadata.name) }),
      followShared(informers.leases, caches.leases, { onNews: (lease) => onLease(lease) }),
      followShared(informers.imports, caches.imports, { onNews }),
      followShared(informers.slices, caches.slices, { onNews }),
    ];
  }
  return [
    follow(client, resources.clusters, caches.clusters, { ...common, onNews: ({ metadata }) => onCluster(metadata.name) }),
    follow(client, resources.leases, caches.leases, { ...common, onNews: (lease) => onLease(lease) }),
    follow(client, resources.serviceImports, caches.imports, { ...common, slim: slimImport, onNews }),
    follow(client, resources.endpointSlices, caches.slices, { ...common, slim: slimSlice, onNews }),
  ];
}
