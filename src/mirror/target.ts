import { OWNER, SERVICE_NAME } from '../api/labels.ts';
import { objectKey, resources } from '../api/resources.ts';
import type { Endpoints, EndpointSlice, KubeObject, Namespace, Service } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { abortWith } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { Sharing } from '../base/shared-values.ts';
import type { KubeClient } from '../kube/client.ts';
import { follow, type Follower } from '../sync/follow.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { readOwnership } from '../sync/ownership.ts';
import { slimObject } from '../sync/slim-objects.ts';

/** `namespace/name` of a mirror in the target. */
export type TargetKey = string;

export interface TargetOptions {
  readonly client: KubeClient;
  /** Value of the ownership label on what the mirror writes. */
  readonly owner: string;
  /** Something has changed that other people, or Kubernetes, brought about. */
  readonly onKey: (key: TargetKey) => void;
  /** A namespace has come, has gone, or has begun to go. */
  readonly onNamespace: (name: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

type OwnIndex = 'origin' | 'service';

/**
 * What is known of the target: all its Services, for their names may stand in a mirror's way, but of
 * those that are not ours no more than that; of other kinds only what is ours.
 */
export class Target {
  readonly services: ObjectCache<Service, 'origin' | 'namespace'>;
  readonly slices: ObjectCache<EndpointSlice, OwnIndex>;
  readonly endpoints: ObjectCache<Endpoints, OwnIndex>;
  readonly namespaces: ObjectCache<Namespace, 'own'>;
  readonly client: KubeClient;
  readonly owner: string;
  readonly #options: TargetOptions;
  readonly #followers: Follower[];
  readonly #abort = new AbortController();
  #endpointsFollower: Follower | undefined;

  constructor(options: TargetOptions) {
    const { client, owner, onKey, onNamespace, clock, logger } = options;
    this.#options = options;
    this.client = client;
    this.owner = owner;
    const origin = (object: KubeObject): string | undefined => this.originOf(object);
    this.services = new ObjectCache<Service, 'origin' | 'namespace'>({ clock, indexes: { origin, namespace: (service) => (origin(service) === undefined ? undefined : service.metadata.namespace) } });
    this.slices = new ObjectCache<EndpointSlice, OwnIndex>({ clock, indexes: { origin, service: serviceKeyOf } });
    this.endpoints = new ObjectCache<Endpoints, OwnIndex>({ clock, indexes: { origin, service: ({ metadata }) => objectKey(metadata) } });
    this.namespaces = new ObjectCache<Namespace, 'own'>({ clock, indexes: { own: (namespace) => (origin(namespace) === undefined ? undefined : 'own') } });
    const common = { clock, logger };
    this.#followers = [
      follow(client, resources.services, this.services, { ...common, slim: (service, sharing) => this.#slimService(service, sharing), onNews: ({ metadata }) => onKey(objectKey(metadata)) }),
      follow(client, resources.endpointSlices, this.slices, { ...common, labelSelector: this.#selector, onNews: (slice, previous) => [slice, previous].forEach((each) => this.#onSlice(each)) }),
      follow(client, resources.namespaces, this.namespaces, { ...common, onNews: ({ metadata }) => onNamespace(metadata.name) }),
    ];
  }

  get #selector(): string {
    return `${OWNER}=${this.owner}`;
  }

  /** Source that an object of this mirror comes from; undefined for what is not this mirror's. */
  originOf(object: KubeObject): string | undefined {
    const ownership = readOwnership(object);
    return ownership?.owner === this.owner ? ownership.originCluster : undefined;
  }

  get followers(): readonly Follower[] {
    return this.#endpointsFollower === undefined ? this.#followers : [...this.#followers, this.#endpointsFollower];
  }

  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    for (const follower of this.#followers) await follower.start(this.#abort.signal);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The mirror was stopped'));
    await Promise.all(this.followers.map((follower) => follower.stop()));
  }

  /** Follows Endpoints too, from now on; resolves when those that stand are known, and rejects when the signal fires before. */
  async followEndpoints(signal: AbortSignal): Promise<void> {
    if (this.#endpointsFollower === undefined) {
      const { client, onKey, clock, logger } = this.#options;
      const onNews = ({ metadata }: Endpoints): void => onKey(objectKey(metadata));
      this.#endpointsFollower = follow(client, resources.endpoints, this.endpoints, { labelSelector: this.#selector, onNews, clock, logger });
      await this.#endpointsFollower.start(this.#abort.signal);
    }
    await this.#endpointsFollower.synced(signal);
  }

  /** Whether Endpoints of ours stand; false also where they may not be listed. */
  async findsEndpoints(signal: AbortSignal): Promise<boolean> {
    try {
      const { items } = await this.client.list(resources.endpoints, { labelSelector: this.#selector, signal });
      return items.length > 0;
    } catch (error) {
      this.#options.logger.debug('Cannot look for Endpoints of an earlier run', { error });
      return false;
    }
  }

  /** Keys of everything that is ours, or of what is ours and comes from one source. */
  ownKeys(source?: string): Set<TargetKey> {
    const named = [...ownOf(this.services, source), ...ownOf(this.endpoints, source)].map(({ metadata }) => objectKey(metadata));
    return new Set([...named, ...ownOf(this.slices, source).flatMap((slice) => serviceKeyOf(slice) ?? [])]);
  }

  /** Sources that something of ours says to come from. */
  origins(): Set<string> {
    return new Set([...this.services.indexValues('origin'), ...this.slices.indexValues('origin'), ...this.endpoints.indexValues('origin')]);
  }

  /** Whether a mirror, or a part of one, stands in a namespace. */
  hasOwnIn(namespace: string): boolean {
    if (this.services.by('namespace', namespace).length > 0) return true;
    const isThere = (key: string): boolean => key.startsWith(`${namespace}/`);
    return this.slices.indexValues('service').some(isThere) || this.endpoints.indexValues('service').some(isThere);
  }

  #onSlice(slice: EndpointSlice | undefined): void {
    const key = slice && serviceKeyOf(slice);
    if (key !== undefined) this.#options.onKey(key);
  }

  #slimService(service: Service, sharing: Sharing): Service {
    const slim = slimObject(service, sharing);
    if (this.originOf(slim) !== undefined) return { ...slim, status: {} };
    const { name, namespace, uid, resourceVersion, deletionTimestamp } = slim.metadata;
    const metadata = { name, namespace, uid, resourceVersion, ...(deletionTimestamp !== undefined && { deletionTimestamp }) } as Service['metadata'];
    return { apiVersion: slim.apiVersion, kind: slim.kind, metadata, spec: {} };
  }
}

function serviceKeyOf({ metadata }: KubeObject): TargetKey | undefined {
  const name = metadata.labels?.[SERVICE_NAME];
  return name === undefined || metadata.namespace === undefined ? undefined : objectKey({ namespace: metadata.namespace, name });
}

function ownOf<T extends KubeObject>(cache: Pick<ObjectCache<T, 'origin'>, 'by' | 'indexValues'>, source: string | undefined): T[] {
  const sources = source === undefined ? cache.indexValues('origin') : [source];
  return sources.flatMap((each) => cache.by('origin', each));
}
