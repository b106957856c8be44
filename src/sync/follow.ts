import { objectKey, type Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Backoff } from '../base/retry.ts';
import { createSharing, type Sharing } from '../base/shared-values.ts';
import type { KubeClient } from '../kube/client.ts';
import { type ChangeHandler, createInformer, type Informer, type InformerState } from '../kube/informer.ts';
import type { ObjectCache } from './object-cache.ts';
import { slimObject } from './slim-objects.ts';

/** An informer as its owner sees it; the objects are in the cache. */
export type Follower = Pick<Informer<KubeObject>, 'name' | 'start' | 'stop' | 'synced' | 'hasSynced' | 'state' | 'lastSyncError' | 'connectedSince'>;

export interface FollowOptions<T extends KubeObject> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects that are not for this process. */
  readonly isIgnored?: (object: T) => boolean;
  /** Leaves of an object what the process needs. Default: its metadata only is made smaller. */
  readonly slim?: (object: T, sharing: Sharing) => T;
  /** Told of each change that this process did not bring about itself; of the states before and now, one may be missing. */
  readonly onNews: (current: T, previous?: T) => void;
  readonly onError?: (error: unknown) => void;
  readonly onState?: (state: InformerState) => void;
  readonly backoff?: Backoff;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An informer that keeps a cache up to date. */
export function follow<T extends KubeObject>(client: KubeClient, resource: Resource<T>, cache: ObjectCache<T, string>, options: FollowOptions<T>): Follower {
  const { isIgnored = () => false, slim = slimObject, onNews, namespace, labelSelector, fieldSelector, onError, onState, backoff, clock, logger } = options;
  const sharing = createSharing();
  const informer = createInformer(client, resource, {
    transform: (object) => slim(object, sharing),
    clock,
    logger,
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(onError !== undefined && { onError }),
    ...(onState !== undefined && { onState }),
    ...(backoff !== undefined && { backoff }),
  });
  informer.onChange(intoCache(cache, { isIgnored, onNews }));
  return informer;
}

function intoCache<T extends KubeObject>(cache: ObjectCache<T, string>, { isIgnored, onNews }: Required<Pick<FollowOptions<T>, 'isIgnored' | 'onNews'>>): ChangeHandler<T> {
  return (key, next, previous) => {
    const before = previous === undefined || isIgnored(previous) ? undefined : previous;
    const now = next === undefined || isIgnored(next) ? undefined : next;
    const isNews = now === undefined ? before !== undefined && cache.drop(before) : cache.accept(now, key);
    const current = now ?? before;
    if (isNews && current !== undefined) onNews(current, before);
  };
}

/**
 * Keeps a cache up to date from an informer that others follow too, which its owner starts and stops.
 * What it knows already comes as news at the start.
 */
export function followShared<T extends KubeObject>(informer: Informer<T>, cache: ObjectCache<T, string>, { isIgnored = () => false, onNews }: Pick<FollowOptions<T>, 'isIgnored' | 'onNews'>): Follower {
  const take = intoCache(cache, { isIgnored, onNews });
  const stop = new AbortController();
  let unsubscribe: (() => void) | undefined;
  return {
    name: informer.name,
    start: () => {
      unsubscribe ??= informer.onChange(take);
      for (const object of informer.list()) take(objectKey(object.metadata), object, undefined);
      return Promise.resolve();
    },
    stop: () => {
      unsubscribe?.();
      stop.abort(new Error(`The follower of the ${informer.name} was stopped`));
      return Promise.resolve();
    },
    synced: (signal) => informer.synced(signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])),
    get hasSynced() {
      return informer.hasSynced;
    },
    get state() {
      return informer.state;
    },
    get lastSyncError() {
      return informer.lastSyncError;
    },
    get connectedSince() {
      return informer.connectedSince;
    },
  };
}
