import { resources } from '../../api/resources.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import { abortWith, type Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { retry } from '../../base/retry.ts';
import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ReplicaStore } from '../../kube-serve/store.ts';
import { FULL_FORMS, LEAST_FORMS } from './emitted-objects.ts';
import { ScopeFeed } from './scope-feed.ts';
import type { EmitterSettings } from './settings.ts';

export interface ClusterFeedOptions {
  readonly client: KubeClient;
  readonly store: ReplicaStore;
  readonly settings: Pick<EmitterSettings, 'labelSelector' | 'namespaces' | 'exportedOnly' | 'full'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Its uid is the cluster's identity. */
const SYSTEM_NAMESPACE = 'kube-system';
const BACKOFF = { baseMs: 200, capMs: 10_000 };

/** Keeps the store of an emitter as its cluster is. What has been read once stays while the cluster cannot be reached. */
export class ClusterFeed implements Startable {
  readonly name = 'feed';
  readonly #options: ClusterFeedOptions;
  readonly #scopes: readonly ScopeFeed[];
  readonly #abort = new AbortController();
  #isIdentified = false;
  #wasSynced = false;
  #identification: Promise<void> | undefined;

  constructor(options: ClusterFeedOptions) {
    const { client, clock, logger, settings, store } = options;
    const { exportedOnly, full, labelSelector, namespaces } = settings;
    this.#options = options;
    const scope = { client, store, labelSelector, exportedOnly, forms: full ? FULL_FORMS : LEAST_FORMS, clock, logger };
    this.#scopes = (namespaces ?? [undefined]).map((namespace) => new ScopeFeed({ ...scope, namespace }));
  }

  /** Whether everything has been read once. */
  get hasSynced(): boolean {
    this.#wasSynced ||= this.#isIdentified && this.#scopes.every(({ hasSynced }) => hasSynced);
    return this.#wasSynced;
  }

  get isStale(): boolean {
    return this.#scopes.some(({ isStale }) => isStale);
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#identification ??= this.#identify().finally(abortWith(this.#abort, signal));
    await Promise.all(this.#scopes.map((scope) => scope.start(signal)));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#identification;
    await Promise.all(this.#scopes.map((scope) => scope.stop()));
  }

  /** Name and uid of kube-system: a mirror that sees its own ones knows that it looks at itself. */
  async #identify(): Promise<void> {
    const { client, clock, logger, store } = this.#options;
    const { signal } = this.#abort;
    try {
      const found = await retry(() => this.#findSystem(client, signal), { backoff: BACKOFF, attempts: Number.POSITIVE_INFINITY, signal, clock });
      if (found !== undefined) store.put(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE, uid: found } });
      this.#isIdentified = true;
    } catch (error) {
      if (!signal.aborted) logger.error('Cannot identify the cluster', { error: errorMessage(error) });
    }
  }

  /** Its uid; undefined where it may not be read. */
  async #findSystem(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await client.find(resources.namespaces, SYSTEM_NAMESPACE, undefined, { signal }))?.metadata.uid;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      this.#options.logger.warn('Cannot read the Namespace kube-system: mirrors cannot tell whether this is their own cluster', { hint: 'grant get on namespaces, resourceNames kube-system' });
      return undefined;
    }
  }
}
