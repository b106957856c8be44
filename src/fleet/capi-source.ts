import { resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { abortWith, type Startable, untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { slimMetadata } from './slim-object.ts';

export interface CapiSourceOptions {
  readonly client: KubeClient;
  /** Between two looks whether the API is served, ms. */
  readonly recheckMs: number;
  /** Clusters, or whether they are known, may be others. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface ApiGroup {
  readonly preferredVersion?: { readonly version?: string };
  readonly versions?: readonly { readonly version?: string }[];
}

interface ApiResources {
  readonly resources?: readonly { readonly name?: string }[];
}

const { capiClusters } = resources;
const GROUP_PATH = `/apis/${capiClusters.group}`;
const RETRY: Backoff = { baseMs: 200, capMs: 30_000 };

/** The version in which the Clusters of Cluster API are served, the preferred one if it has them; undefined where they are not. */
export async function findCapiVersion(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const ask = <T>(path: string): Promise<T | undefined> =>
    client.getPath<T>(path, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  const group = await ask<ApiGroup>(GROUP_PATH);
  const versions = [group?.preferredVersion, ...(group?.versions ?? [])].flatMap((each) => each?.version ?? []);
  for (const version of new Set(versions)) {
    const served = await ask<ApiResources>(`${GROUP_PATH}/${version}`);
    if (served?.resources?.some(({ name }) => name === capiClusters.plural) === true) return version;
  }
  return undefined;
}

/**
 * The Clusters of Cluster API, in all namespaces. That the API is not served is normal: then there are
 * none. When it was served and is not any more, or cannot be asked, what was known stays.
 */
export class CapiSource implements Startable {
  readonly name = 'clusters of Cluster API';
  readonly #options: CapiSourceOptions;
  readonly #abort = new AbortController();
  #informer: Informer<KubeObject> | undefined;
  #known: readonly KubeObject[] = [];
  #hasSynced = false;
  #trouble: unknown;
  #attempt = 0;
  #run: Promise<void> | undefined;

  constructor(options: CapiSourceOptions) {
    this.#options = options;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why they cannot be read at present; undefined where they can, or where the API was never served. */
  get trouble(): unknown {
    return this.#informer?.lastSyncError ?? this.#trouble;
  }

  clusters(): readonly KubeObject[] {
    return this.#informer?.hasSynced === true ? this.#informer.list() : this.#known;
  }

  start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    this.#run ??= this.#keepLooking();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`${this.name}: stopped`));
    await this.#run;
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const delay = await this.#look().catch((error: unknown) => this.#fail(error));
      await sleep(this.#options.clock, delay, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  #fail(error: unknown): number {
    if (!this.#abort.signal.aborted) {
      this.#trouble = error;
      this.#options.logger[this.#attempt === 0 ? 'warn' : 'debug']('Cannot find out whether Cluster API is served', { error });
    }
    return backoffDelay(this.#attempt++, RETRY);
  }

  /** Follows the Clusters for as long as they are served; gives how long to wait before the next look, ms. */
  async #look(): Promise<number> {
    const { client, recheckMs, logger } = this.#options;
    const version = await findCapiVersion(client, this.#abort.signal);
    if (version === undefined) {
      this.#noteAbsent();
      return recheckMs;
    }
    logger.info('Cluster API is served', { version });
    await this.#follow(version);
    return backoffDelay(this.#attempt++, RETRY);
  }

  #noteAbsent(): void {
    this.#attempt = 0;
    if (!this.#hasSynced) this.#options.logger.info('Cluster API is not served; it is looked for again', { everyMs: this.#options.recheckMs });
    this.#hasSynced = true;
    this.#trouble = this.#known.length === 0 ? undefined : new Error('Cluster API is not served any more; what was known stays');
    this.#options.onChange();
  }

  async #follow(version: string): Promise<void> {
    const { client, onChange, clock, logger } = this.#options;
    const following = new AbortController();
    const release = abortWith(following, this.#abort.signal);
    const informer = createInformer<KubeObject>(client, { ...capiClusters, version }, {
      transform: slimMetadata,
      onError: (error) => (isNotFound(error) ? following.abort(error) : undefined),
      onState: (state) => (state === 'synced' ? this.#noteSynced() : undefined),
      clock,
      logger,
    });
    informer.onChange(onChange);
    this.#informer = informer;
    await informer.start(following.signal);
    await untilAborted(following.signal);
    release();
    if (!this.#abort.signal.aborted) logger.warn('The Clusters of Cluster API are not served any more; what is known of them stays', { version });
    this.#known = this.clusters();
    this.#trouble = informer.lastSyncError;
    this.#informer = undefined;
    await informer.stop();
  }

  #noteSynced(): void {
    this.#attempt = 0;
    this.#trouble = undefined;
    this.#hasSynced = true;
    this.#options.onChange();
  }
}
