import { objectKey, type Resource, resourceName } from '../api/resources.ts';
import type { KubeObject, WatchEvent } from '../api/types/index.ts';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { BugError } from '../base/errors.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { ApiError, isGone } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { type Indexers, type ObjectChange, ObjectStore } from './object-store.ts';

/**
 * `syncing`: never listed yet, so nothing is known. `synced`: what is stored is what the server has.
 * `stale`: it was so once, but the server cannot be listed or watched at present.
 */
export type InformerState = 'syncing' | 'synced' | 'stale';

export type ChangeHandler<T> = (key: string, next: T | undefined, previous: T | undefined) => void;

export interface InformerOptions<T extends KubeObject> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Look-ups by other values than the key, see `byIndex`. */
  readonly indexers?: Indexers<T>;
  /** Makes objects smaller before they are stored. metadata must stay. An object at which it throws is logged and skipped. */
  readonly transform?: (object: T) => T;
  /** Told of every failed list or watch; the informer itself tries again. */
  readonly onError?: (error: unknown) => void;
  /** Told whenever `state` has become another one. */
  readonly onState?: (state: InformerState) => void;
  readonly backoff?: Backoff;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
}

/** A local copy of a collection that follows the server until it is stopped. */
export interface Informer<T extends KubeObject> extends Startable {
  readonly state: InformerState;
  /** Whether the collection has been listed at least once. */
  readonly hasSynced: boolean;
  /** Why the last list or watch failed; undefined as soon as one succeeds. */
  readonly lastSyncError: unknown;
  /** Since when the watch has been open, ms since the epoch; undefined while there is none. */
  readonly connectedSince: number | undefined;
  readonly size: number;
  /** Waits for the first complete list. Rejects when the signal fires or the informer is stopped. */
  synced(signal?: AbortSignal): Promise<void>;
  /** An object by `namespace/name` (`name` for what has no namespace). */
  get(key: string): T | undefined;
  list(): readonly T[];
  byIndex(name: string, value: string): readonly T[];
  /**
   * Calls back for each later change, after the store has it; for a list, after all of it is stored.
   * A handler that throws is logged and stays subscribed. Returns the unsubscription.
   */
  onChange(handler: ChangeHandler<T>): () => void;
  /** Begins in the background and returns at once; the signal stops it too. An informer runs once. */
  start(signal: AbortSignal): Promise<void>;
}

const DEFAULT_BACKOFF: Backoff = { baseMs: 100, capMs: 30_000 };
/** A watch that ended sooner than this without an event does not count as a success. */
const SHORT_WATCH_MS = 5_000;
/**
 * Between two lists of a server that gives no resourceVersion: there is nothing to watch from. The
 * emitter of service-reflector is one, and accepts watches in which no event ever comes.
 */
const UNVERSIONED_LIST_MS = 30_000;

class KubeInformer<T extends KubeObject> implements Informer<T> {
  readonly name: string;
  readonly #client: KubeClient;
  readonly #resource: Resource<T>;
  readonly #options: InformerOptions<T>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #store: ObjectStore<T>;
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #abort = new AbortController();
  readonly #firstSync = Promise.withResolvers<void>();
  #loop: Promise<void> | undefined;
  #state: InformerState = 'syncing';
  #lastSyncError: unknown;
  #connectedSince: number | undefined;
  /** Where the next watch resumes; undefined asks for a list first. */
  #resourceVersion: string | undefined;
  #attempt = 0;
  /** A version was gone, and no watch has worked since. */
  #wasGone = false;

  constructor(client: KubeClient, resource: Resource<T>, options: InformerOptions<T>) {
    this.name = `informer of ${resourceName(resource)}`;
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#store = new ObjectStore(options.indexers);
    this.#firstSync.promise.catch(() => undefined); // nobody may be waiting for it
  }

  get state(): InformerState {
    return this.#state;
  }

  get hasSynced(): boolean {
    return this.#state !== 'syncing';
  }

  get lastSyncError(): unknown {
    return this.#lastSyncError;
  }

  get connectedSince(): number | undefined {
    return this.#connectedSince;
  }

  get size(): number {
    return this.#store.size;
  }

  async synced(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#firstSync.promise, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): readonly T[] {
    return this.#store.list();
  }

  byIndex(name: string, value: string): readonly T[] {
    return this.#store.byIndex(name, value);
  }

  onChange(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  start(signal: AbortSignal): Promise<void> {
    if (this.#loop !== undefined) return Promise.resolve();
    if (this.#abort.signal.aborted) return Promise.reject(new BugError(`Cannot start ${this.name}: it was stopped`));
    const release = abortWith(this.#abort, signal);
    this.#loop = this.#run().finally(release);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`${this.name} was stopped`));
    this.#firstSync.reject(this.#abort.signal.reason);
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list();
        if (this.#resourceVersion === undefined) {
          await this.#sleep(UNVERSIONED_LIST_MS);
          continue;
        }
        await this.#watch(this.#resourceVersion);
        await this.#pause();
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
        if (signal.aborted) break;
        this.#fail(error);
        await this.#pause(error);
      }
    }
    this.#connectedSince = undefined;
    this.#firstSync.reject(signal.reason); // does nothing once it is resolved
  }

  async #list(): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const failed = new Set<T>();
    const transform = (object: T): T => this.#transform(object) ?? (failed.add(object), object);
    const { items, metadata } = await this.#client.list(this.#resource, {
      signal: this.#abort.signal,
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
      transform,
    });
    if (this.#abort.signal.aborted) return; // a stopped informer does not change any more
    const changes = this.#store.replace(items.flatMap((item) => (failed.has(item) ? this.#standing(item) : [item])));
    this.#resourceVersion = metadata.resourceVersion || undefined;
    if (this.#resourceVersion === undefined) this.#works(); // no watch will say so
    this.#succeed();
    for (const change of changes) this.#notify(change);
    this.#firstSync.resolve();
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { signal } = this.#abort;
    signal.throwIfAborted();
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const began = this.#clock.monotonic();
    const events = this.#client.watch(this.#resource, {
      signal,
      resourceVersion,
      onOpen: () => this.#opened(),
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
    });
    try {
      for await (const event of events) this.#receive(event);
    } finally {
      this.#connectedSince = undefined;
      if (this.#clock.monotonic() - began >= SHORT_WATCH_MS) this.#works();
    }
  }

  #opened(): void {
    this.#connectedSince = this.#clock.now();
    this.#succeed();
  }

  #succeed(): void {
    this.#lastSyncError = undefined;
    this.#enter('synced');
  }

  #enter(state: InformerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#guard(() => this.#options.onState?.(state));
  }

  #works(): void {
    this.#attempt = 0;
    this.#wasGone = false;
  }

  #receive(event: WatchEvent<T>): void {
    if (this.#abort.signal.aborted) return;
    if (event.type === 'ERROR') throw new ApiError(event.object);
    this.#works();
    this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion;
    if (event.type === 'BOOKMARK') return;
    const change = event.type === 'DELETED' ? this.#store.delete(objectKey(event.object.metadata)) : this.#set(event.object);
    if (change !== undefined) this.#notify(change);
  }

  #set(object: T): ObjectChange<T> | undefined {
    const transformed = this.#transform(object);
    return transformed && this.#store.set(transformed);
  }

  /** Undefined where the transform fails: one odd object must not keep the others from being followed. */
  #transform(object: T): T | undefined {
    try {
      return this.#options.transform === undefined ? object : this.#options.transform(object);
    } catch (error) {
      this.#logger.error(`Cannot take an object into the ${this.name}; what was known of it stays`, { error, object: objectKey(object.metadata) });
      return undefined;
    }
  }

  /** What is stored of an object whose present state cannot be taken. */
  #standing({ metadata }: T): T[] {
    const standing = this.#store.get(objectKey(metadata));
    return standing === undefined ? [] : [standing];
  }

  #fail(error: unknown): void {
    this.#lastSyncError = error;
    if (this.#state === 'synced') this.#enter('stale');
    if (isGone(error)) {
      this.#resourceVersion = undefined;
      // the server answers again, so the list need not wait as long as the last failures made it; once only
      if (!this.#wasGone) this.#attempt = 0;
      this.#wasGone = true;
    }
    const level = this.#attempt % 10 === 0 ? 'warn' : 'debug';
    this.#logger[level](`Cannot follow ${resourceName(this.#resource)}`, { error, attempt: this.#attempt, server: this.#client.server });
    this.#guard(() => this.#options.onError?.(error));
  }

  /** Every new try waits a little, so that clients that lost the same server do not return together. */
  async #pause(error?: unknown): Promise<void> {
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    const delay = Math.max(asked, backoffDelay(this.#attempt, this.#options.backoff ?? DEFAULT_BACKOFF, this.#options.random));
    this.#attempt += 1;
    await this.#sleep(delay);
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(this.#clock, ms, this.#abort.signal).catch(() => undefined); // only the stop ends it early
  }

  #notify({ key, next, previous }: ObjectChange<T>): void {
    for (const handler of [...this.#handlers]) this.#guard(() => handler(key, next, previous));
  }

  #guard(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#logger.error(`A handler of ${this.name} failed`, { error });
    }
  }
}

/** A local copy of a collection: list, then watch, and again after any failure, until it is stopped. */
export function createInformer<T extends KubeObject>(client: KubeClient, resource: Resource<T>, options: InformerOptions<T> = {}): Informer<T> {
  return new KubeInformer(client, resource, options);
}
