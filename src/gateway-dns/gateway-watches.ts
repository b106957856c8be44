import { SERVICE_NAME } from '../api/labels.ts';
import { objectKey, type Resource, resources } from '../api/resources.ts';
import type { EndpointSlice, KubeObject, Node, Service } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Backoff } from '../base/retry.ts';
import type { KubeClient } from '../kube/client.ts';
import { follow, type FollowOptions, type Follower } from '../sync/follow.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import type { GatewayView } from './plan/gateway-lookup.ts';
import type { GatewayRule } from './plan/rule.ts';
import { slimGatewayNode, slimGatewayService, slimGatewaySlice } from './slim-workload.ts';

/** A cluster that was away for long is back soon after it answers again. */
export const FOLLOW_BACKOFF: Backoff = { baseMs: 100, capMs: 3_000 };

export interface GatewayWatchesOptions {
  readonly client: KubeClient;
  /** Something that a gateway depends on has changed, or is known now. */
  readonly onNews: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Watch<T extends KubeObject = KubeObject> {
  readonly cache: ObjectCache<T>;
  readonly follower: Follower;
}

type Need = Pick<GatewayRule, 'service' | 'resolution'>;

/** What is known of the gateways of a rule: all of it, or why it is not all. */
export type GatewayKnowledge = { readonly view: GatewayView } | { readonly missing: string };

/** Follows in one cluster what its gateways depend on, and no more: Services by namespace; nodes and slices where nodes are the gateways. */
export class GatewayWatches {
  readonly #options: GatewayWatchesOptions;
  readonly #watches = new Map<string, Watch>();
  readonly #stopping = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: GatewayWatchesOptions) {
    this.#options = options;
  }

  /** Follows from now on what these need. */
  want(needs: readonly Need[]): void {
    if (this.#abort.signal.aborted) return;
    const wanted = new Set(needs.flatMap(watchesOf));
    for (const [key, watch] of this.#watches) if (!wanted.has(key)) this.#end(key, watch);
    for (const need of needs) for (const key of watchesOf(need)) if (!this.#watches.has(key)) this.#begin(key, need);
  }

  /** A watch that fails for the moment says what it knew last: whether its cluster answers is not for it to tell. */
  read(need: Need): GatewayKnowledge {
    const watches = watchesOf(need).map((key) => this.#watches.get(key));
    const behind = watches.find((watch) => watch?.follower.hasSynced !== true);
    if (behind !== undefined || watches.includes(undefined)) {
      const error = behind?.follower.lastSyncError;
      return { missing: error === undefined ? '' : errorMessage(error) };
    }
    const { namespace } = need.service;
    const service = this.#cache<Service>(`services ${namespace}`)?.get(objectKey(need.service));
    const nodes = this.#cache<Node>('nodes')?.values() ?? [];
    const slices = this.#cache<EndpointSlice>(`slices ${objectKey(need.service)}`)?.values() ?? [];
    return { view: { nodes, slices, ...(service && { service }) } };
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The watches were stopped'));
    for (const [key, watch] of this.#watches) this.#end(key, watch);
    await Promise.all(this.#stopping);
  }

  #cache<T extends KubeObject>(key: string): ObjectCache<T> | undefined {
    return this.#watches.get(key)?.cache as ObjectCache<T> | undefined;
  }

  #begin(key: string, { service: { namespace, name } }: Need): void {
    if (key === 'nodes') this.#follow(key, resources.nodes, { slim: slimGatewayNode });
    else if (key.startsWith('services ')) this.#follow(key, resources.services, { slim: slimGatewayService, namespace });
    else this.#follow(key, resources.endpointSlices, { slim: slimGatewaySlice, namespace, labelSelector: `${SERVICE_NAME}=${name}` });
  }

  #follow<T extends KubeObject>(key: string, resource: Resource<T>, options: Partial<FollowOptions<T>>): void {
    const { client, onNews, clock, logger } = this.#options;
    const cache = new ObjectCache<T>({ clock });
    const follower = follow(client, resource, cache, { ...options, onNews, onError: onNews, backoff: FOLLOW_BACKOFF, clock, logger });
    this.#watches.set(key, { cache: cache as unknown as ObjectCache<KubeObject>, follower });
    void follower.start(this.#abort.signal);
    // an empty list tells no news
    follower.synced(this.#abort.signal).then(onNews, () => undefined);
  }

  #end(key: string, { follower }: Watch): void {
    this.#watches.delete(key);
    const stopping = follower.stop().finally(() => this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
  }
}

function watchesOf({ service, resolution }: Need): string[] {
  const services = `services ${service.namespace}`;
  return resolution === 'loadBalancer' ? [services] : [services, 'nodes', `slices ${objectKey(service)}`];
}
