import { objectKey, resources } from '../api/resources.ts';
import type { Service } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Follower } from '../sync/follow.ts';
import type { SourceSettings } from './settings.ts';
import { describeSourceError, SourceRefusal, withoutCredentials } from './source-error.ts';
import { createSourceCaches, NO_TARGET, type SourceCaches, targetKeyOf } from './source-caches.ts';
import { createSourceFollowers, readSourceApi, type SourceApi } from './source-followers.ts';
import type { SourceState } from './status.ts';
import type { TargetKey } from './target.ts';

export interface SourceSessionOptions {
  readonly settings: SourceSettings;
  /** May throw where the access cannot be used. */
  readonly connect: (source: SourceSettings) => KubeClient;
  /** UID of the target's namespace kube-system, and of its Services by key: a source that has the same is the target itself. */
  readonly targetUid: () => string | undefined;
  readonly targetServiceUid: (key: string) => string | undefined;
  /** Something behind a mirror has changed; only once the source is known. */
  readonly onKey: (key: TargetKey) => void;
  /** The source is known as a whole, for the first time or anew. */
  readonly onKnown: () => void;
  /** It is followed again after it was not, with what was known before. */
  readonly onBack: () => void;
  /** State or message may be another. */
  readonly onState: () => void;
  /** Each failure; new is the first one after all was well. */
  readonly onError: (error: unknown, isNew: boolean) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY: Backoff = { baseMs: 100, capMs: 3_000 };
/** Between two looks whether a source that serves only a part, or that is refused, is another one by now, ms. */
const RECHECK_MS = 60_000;

/** One source: its connection, what is known of it, and how far that can be relied on. */
export class SourceSession implements Startable {
  readonly name: string;
  readonly settings: SourceSettings;
  readonly #options: SourceSessionOptions;
  readonly #abort = new AbortController();
  #caches: SourceCaches;
  #followers: readonly Follower[] = [];
  #api: SourceApi | undefined;
  #server: string;
  /** Everything has been listed once since the followers were made. */
  #isListed = false;
  #isRefused = false;
  /** What went wrong before there were followers. */
  #trouble: unknown;
  /** Ends the present followers. */
  #following: AbortController | undefined;
  #attempt = 0;
  #isTroubled = false;
  #last: SourceState = 'syncing';
  #since: number;
  #run: Promise<void> | undefined;

  constructor(options: SourceSessionOptions) {
    const { settings, clock } = options;
    this.#options = options;
    this.settings = settings;
    this.name = `source ${settings.name}`;
    this.#caches = createSourceCaches(settings, clock);
    this.#server = settings.access.kind === 'url' ? withoutCredentials(settings.access.url) : '';
    this.#since = clock.now();
  }

  get caches(): SourceCaches {
    return this.#caches;
  }

  get server(): string {
    return this.#server;
  }

  /** Whether the source has EndpointSlices; else its Endpoints are read. */
  get servesSlices(): boolean {
    return this.#api?.slices ?? true;
  }

  /** What is known is what the source has. Otherwise nothing may be concluded from it. */
  get isKnown(): boolean {
    return this.state === 'synced';
  }

  get state(): SourceState {
    if (this.#isRefused) return 'refused';
    if (!this.#isListed) return 'syncing';
    return this.#followers.every(({ state }) => state === 'synced') ? 'synced' : 'stale';
  }

  /** Since when it has been in this state, ms since the epoch. */
  get since(): number {
    return this.#since;
  }

  /** Last trouble, or what the source does not serve; empty where there is none. Without secrets. */
  get message(): string {
    const error = this.#trouble ?? this.#followers.find(({ lastSyncError }) => lastSyncError !== undefined)?.lastSyncError;
    if (error !== undefined) return describeSourceError(error, this.settings, this.#server);
    if (this.#isListed && this.settings.selection.exportedOnly && this.#api?.exports === false) return 'It serves no ServiceExports (multicluster.x-k8s.io), so nothing of it is exported';
    return '';
  }

  /** Services that are selected and lead to a target, with the targets. */
  selected(): Service[] {
    return this.#caches.services.values().filter((service) => this.isSelected(service));
  }

  isSelected({ metadata }: Service): boolean {
    return !this.settings.selection.exportedOnly || this.#caches.exports.get(objectKey(metadata)) !== undefined;
  }

  /** Begins in the background: the source may be away for long. */
  start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    this.#run ??= this.#keepFollowing();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`The ${this.name} was stopped`));
    await this.#run;
  }

  async #keepFollowing(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      let delay = 0;
      try {
        await this.#follow();
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
        if (signal.aborted) return;
        this.#isRefused = error instanceof SourceRefusal;
        this.#fail(error);
        delay = this.#isRefused ? RECHECK_MS : backoffDelay(this.#attempt, RETRY);
        this.#attempt += 1;
      }
      await sleep(this.#options.clock, delay, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  /** Follows the source until it serves something else than it did. */
  async #follow(): Promise<void> {
    const { connect, clock, logger } = this.#options;
    const client = connect(this.settings);
    this.#server = withoutCredentials(client.server);
    const following = new AbortController();
    const release = abortWith(following, this.#abort.signal);
    try {
      await this.#requireAnother(client, following.signal);
      const api = await readSourceApi(client, this.settings, following.signal);
      const caches = createSourceCaches(this.settings, clock);
      this.#following = following;
      const followers = createSourceFollowers({
        client,
        settings: this.settings,
        api,
        caches,
        onService: (service, previous) => this.#onService(service, previous),
        onPart: (key) => this.#onPart(key),
        onState: () => this.#onState(),
        onError: (error) => this.#onError(error),
        clock,
        logger,
      });
      this.#begin(api, caches, followers);
      this.#attempt = 0;
      for (const follower of followers) await follower.start(following.signal);
      await Promise.all(followers.map((follower) => follower.synced(following.signal)));
      this.#onListed();
      await this.#untilAnotherApi(client, api, following.signal);
    } finally {
      release();
      await this.#end(following);
      client.close();
    }
  }

  #begin(api: SourceApi, caches: SourceCaches, followers: readonly Follower[]): void {
    this.#api = api;
    this.#caches = caches;
    this.#followers = followers;
    this.#trouble = undefined;
    this.#isRefused = false;
    this.#onState();
  }

  async #end(following: AbortController): Promise<void> {
    this.#isListed = false;
    following.abort(new Error(`The ${this.name} is connected anew`));
    const followers = this.#followers;
    this.#followers = [];
    await Promise.all(followers.map((follower) => follower.stop()));
  }

  /** Throws SourceRefusal for the target under another name. Who may not look does not know. */
  async #requireAnother(client: KubeClient, signal: AbortSignal): Promise<void> {
    const own = this.#options.targetUid();
    const system = await client.find(resources.namespaces, 'kube-system', undefined, { signal }).catch((error: unknown) => {
      if (isForbidden(error)) return undefined;
      throw error;
    });
    if (own !== undefined && system?.metadata.uid === own) throw new SourceRefusal('It is the target cluster itself: both have the same namespace kube-system (by uid)');
  }

  async #untilAnotherApi(client: KubeClient, api: SourceApi, signal: AbortSignal): Promise<void> {
    const isPartial = !api.slices || (this.settings.selection.exportedOnly && !api.exports);
    for (;;) {
      await sleep(this.#options.clock, RECHECK_MS, signal);
      if (!isPartial && !this.#followers.some(({ lastSyncError }) => isNotFound(lastSyncError))) continue;
      const now = await readSourceApi(client, this.settings, signal).catch(() => api); // the followers tell what is wrong
      if (now.slices !== api.slices || now.exports !== api.exports) return;
    }
  }

  #onListed(): void {
    this.#isListed = true;
    this.#onState();
    this.#options.onKnown();
  }

  #onService(service: Service, previous?: Service): void {
    const key = objectKey(service.metadata);
    const { uid } = service.metadata;
    if (uid !== undefined && this.#options.targetServiceUid(key) === uid) {
      this.#following?.abort(new SourceRefusal(`It is the target cluster itself: both have the same Service "${key}" (by uid)`));
      return;
    }
    if (!this.#isListed) return;
    const targets = [service, previous].flatMap((each) => (each === undefined ? [] : targetKeyOf(this.settings, each)));
    for (const target of new Set(targets)) if (target !== NO_TARGET) this.#options.onKey(target);
  }

  #onPart(key: string): void {
    const service = this.#caches.services.get(key);
    if (service !== undefined) this.#onService(service);
  }

  #onState(): void {
    const state = this.state;
    if (state === 'synced') this.#isTroubled = false;
    const wasAway = this.#last === 'stale' && state === 'synced';
    if (state !== this.#last) {
      this.#last = state;
      this.#since = this.#options.clock.now();
      this.#options.logger[state === 'stale' ? 'warn' : 'info'](`The source is ${state}`, { source: this.settings.name, detail: this.message });
    }
    this.#options.onState();
    // a list says that it has succeeded before it says what has changed
    if (wasAway) queueMicrotask(() => this.#options.onBack());
  }

  #fail(error: unknown): void {
    this.#trouble = error;
    this.#onState();
    this.#onError(error);
  }

  #onError(error: unknown): void {
    if (!this.#isTroubled) this.#options.logger.warn('Cannot read the source', { source: this.settings.name, detail: this.message });
    this.#options.onError(error, !this.#isTroubled);
    this.#isTroubled = true;
    this.#options.onState();
  }
}
