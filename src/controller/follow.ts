import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { createStringSharing } from '../base/shared-strings.ts';
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

type Share = (text: string) => string;

function shareValues(record: Record<string, string>, share: Share): void {
  for (const [key, value] of Object.entries(record)) record[key] = share(value);
}

/** What many objects of a collection have in common is kept once. */
function shareMetadata<T extends KubeObject>(object: T, share: Share): T {
  const { metadata } = object;
  object.apiVersion = share(object.apiVersion);
  object.kind = share(object.kind);
  if (metadata.namespace !== undefined) metadata.namespace = share(metadata.namespace);
  if (metadata.creationTimestamp !== undefined) metadata.creationTimestamp = share(metadata.creationTimestamp);
  if (metadata.labels !== undefined) shareValues(metadata.labels, share);
  if (metadata.annotations !== undefined) shareValues(metadata.annotations, share);
  return object;
}

/** An informer that keeps a cache up to date. */
export function follow<T extends KubeObject>(client: KubeClient, resource: Resource<T>, cache: ObjectCache<T, string>, options: FollowOptions<T>): Follower {
  const { isIgnored = () => false, onNews, namespace, fieldSelector, onError, clock, logger } = options;
  const share = createStringSharing();
  const informer = createInformer(client, resource, {
    transform: (object) => shareMetadata(object, share),
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
