import { ORIGIN_CLUSTER } from '../api/labels.ts';
import { objectKey, resources } from '../api/resources.ts';
import type { EndpointSlice, Namespace } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { Sharing } from '../base/shared-values.ts';
import type { KubeClient } from '../kube/client.ts';
import { follow, type Follower } from '../sync/follow.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { createWorkQueue, type WorkQueue } from '../sync/work-queue.ts';
import { FOLLOW_BACKOFF, GatewayWatches } from './gateway-watches.ts';
import { slimTargetSlice } from './slim-workload.ts';

/** Value of the origin label: whose name a slice is about. */
export type Origin = string;

export interface WorkloadSessionOptions {
  /** `namespace/name` */
  readonly cluster: string;
  readonly client: KubeClient;
  /** Of the slices. */
  readonly namespace: string;
  /** Brings the slices of one origin in this cluster in line; throws to be tried again. */
  readonly process: (session: WorkloadSession, origin: Origin, signal: AbortSignal) => Promise<void>;
  readonly onFailure: (session: WorkloadSession, origin: Origin, error: unknown) => void;
  /** Origins that an untagged slice of this name may stand in the way of. */
  readonly originsOf: (sliceName: string) => readonly Origin[];
  /** Something about its gateways has changed, or is known now. */
  readonly onGateways: () => void;
  /** It can be written to now: slices and namespace are known; or the namespace has come or gone. */
  readonly onTarget: (session: WorkloadSession) => void;
  /** Of all clusters: most slices stand in each of them. */
  readonly sharing: Sharing;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One workload cluster: what is known of it, and a queue of its own for what is written to it, so that
 * a slow or broken cluster holds up no other one.
 */
export class WorkloadSession implements Startable {
  readonly name: string;
  readonly cluster: string;
  readonly client: KubeClient;
  /** All slices of the namespace, for those of others may stand in the way. */
  readonly slices: ObjectCache<EndpointSlice, 'origin'>;
  readonly gateways: GatewayWatches;
  readonly #options: WorkloadSessionOptions;
  readonly #namespaces: ObjectCache<Namespace>;
  readonly #followers: readonly Follower[];
  readonly #queue: WorkQueue;
  readonly #abort = new AbortController();

  constructor(options: WorkloadSessionOptions) {
    const { cluster, client, namespace, process, onFailure, onGateways, onTarget, sharing, clock, logger: parent } = options;
    const logger = parent.child({ cluster });
    this.#options = options;
    this.name = `session of ${cluster}`;
    this.cluster = cluster;
    this.client = client;
    this.slices = new ObjectCache({ indexes: { origin: ({ metadata }) => metadata.labels?.[ORIGIN_CLUSTER] }, clock });
    this.#namespaces = new ObjectCache({ clock });
    this.gateways = new GatewayWatches({ client, onNews: onGateways, clock, logger });
    const common = { backoff: FOLLOW_BACKOFF, clock, logger };
    this.#followers = [
      follow(client, resources.endpointSlices, this.slices, { ...common, namespace, slim: (slice) => slimTargetSlice(slice, sharing), onNews: (slice, previous) => this.#onSlice(slice, previous) }),
      follow(client, resources.namespaces, this.#namespaces, { ...common, fieldSelector: `metadata.name=${namespace}`, onNews: () => this.isReady && onTarget(this) }),
    ];
    this.#queue = createWorkQueue({
      name: 'gateway slices',
      process: async (origin, signal) => {
        await process(this, origin, signal);
        return 'done';
      },
      onFailure: (origin, error) => onFailure(this, origin, error),
      clock,
      logger,
    });
  }

  /** Whether it is known what stands in the namespace, so that it can be written to. */
  get isReady(): boolean {
    return this.#followers.every(({ hasSynced }) => hasSynced);
  }

  /** Why it cannot be found out what stands in the namespace; undefined where that is known, or not asked yet. */
  get trouble(): unknown {
    return this.#followers.find(({ hasSynced }) => !hasSynced)?.lastSyncError;
  }

  /** Whether the cluster takes part: it has the namespace, which is not being deleted. */
  get hasNamespace(): boolean {
    const found = this.#namespaces.get(this.#options.namespace);
    return found !== undefined && found.metadata.deletionTimestamp === undefined;
  }

  /** Of the namespace of the slices; undefined while the cluster has none. */
  get namespaceUid(): string | undefined {
    return this.#namespaces.get(this.#options.namespace)?.metadata.uid;
  }

  /** Origins of everything that stands here. */
  origins(): readonly Origin[] {
    return this.slices.indexValues('origin');
  }

  /** Slices of an origin, and those that have one of these names. */
  standing(origin: Origin, names: readonly string[]): readonly EndpointSlice[] {
    const { namespace } = this.#options;
    const found = names.map((name) => this.slices.get(objectKey({ namespace, name }))).filter((slice) => slice !== undefined);
    return [...new Set([...this.slices.by('origin', origin), ...found])];
  }

  /** Looks at what stands of these, and writes what is wanted. */
  enqueue(origins: Iterable<Origin>): void {
    for (const origin of origins) this.#queue.add(origin);
  }

  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    this.#queue.start();
    for (const follower of this.#followers) await follower.start(this.#abort.signal);
    const synced = this.#followers.map((follower) => follower.synced(this.#abort.signal));
    Promise.all(synced).then(() => this.#options.onTarget(this), () => undefined);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`The ${this.name} was stopped`));
    await Promise.all([...this.#followers.map((follower) => follower.stop()), this.gateways.stop(), this.#queue.stop()]);
  }

  #onSlice(slice: EndpointSlice, previous?: EndpointSlice): void {
    if (!this.isReady) return;
    const states = previous === undefined ? [slice] : [slice, previous];
    const origins = states.flatMap(({ metadata }) => metadata.labels?.[ORIGIN_CLUSTER] ?? []);
    this.enqueue(new Set([...origins, ...this.#options.originsOf(slice.metadata.name)]));
  }
}
