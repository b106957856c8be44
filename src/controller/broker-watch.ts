import { resources } from '../api/resources.ts';
import type { KubeObject, Lease } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { brokerCluster, type BrokerCaches, brokerServiceKey, type ServiceKey } from './caches.ts';
import { follow, type Follower } from '../sync/follow.ts';
import { slimImport, slimSlice } from '../sync/slim-objects.ts';

export interface BrokerWatchOptions {
  readonly client: KubeClient;
  readonly namespace: string;
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
  const { namespace, onError, clock, logger } = options;
  const common = { namespace, onError, clock, logger };
  const onNews = (current: KubeObject, previous?: KubeObject): void => {
    for (const key of new Set([current, ...(previous === undefined ? [] : [previous])].map(brokerServiceKey))) {
      if (key !== undefined) onRecord(key, brokerCluster(current));
      else onStray();
    }
  };
  return [
    follow(client, resources.clusters, caches.clusters, { ...common, onNews: ({ metadata }) => onCluster(metadata.name) }),
    follow(client, resources.leases, caches.leases, { ...common, onNews: (lease) => onLease(lease) }),
    follow(client, resources.serviceImports, caches.imports, { ...common, slim: slimImport, onNews }),
    follow(client, resources.endpointSlices, caches.slices, { ...common, slim: slimSlice, onNews }),
  ];
}
