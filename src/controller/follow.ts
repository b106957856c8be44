import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import type { ObjectCache } from '../sync/object-cache.ts';

/** An informer as its owner sees it; the objects are in the cache. */
export type Follower = Pick<Informer<KubeObject>, 'name' | 'start' | 'stop' | 'synced' | 'hasSynced' | 'state' | 'lastSyncError' | 'connectedSince'>;

export interface FollowOptions<T extends KubeObject> {
  readonly namespace?: string;
  readonly fieldSelector?: string;
  /** Objects that are not for this controller. */
  readonly isIgnored?: (object: T) => boolean;
  /** Told of each change that this process did not bring about itself; of the states before and now, one may be missing. */
  readonly onNews: (current: T, previous?: T) => void;
  readonly onError?: (error: unknown) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** managedFields are a third of most objects, and nothing here reads them. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** An informer that keeps a cache up to date. */
export function follow<T extends KubeObject>(client: KubeClient, resource: Resource<T>, cache: ObjectCache<T, string>, options: FollowOptions<T>): Follower {
  const { isIgnored = () => false, onNews, namespace, fieldSelector, onError, clock, logger } = options;
  const informer = createInformer(client, resource, {
    transform: withoutManagedFields,
    clock,
    logger,
    ...(namespace !== undefined && { namespace }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(onError !== undefined && { onError }),
  });
  informer.onChange((_key, next, previous) => {
    const before = previous === undefined || isIgnored(previous) ? undefined : previous;
    const now = next === undefined || isIgnored(next) ? undefined : next;
    const isNews = now === undefined ? before !== undefined && cache.drop(before) : cache.accept(now);
    const current = now ?? before;
    if (isNews && current !== undefined) onNews(current, before);
  });
  return informer;
}
