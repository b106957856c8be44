import { failureStatus } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { refusal, StatusError } from '../status-error.ts';
import type { StoreEvent, WatchOptions } from '../store.ts';
import type { ReadContext } from './context.ts';
import { selectionOf } from './handle-read.ts';
import { isTrue } from './request-attributes.ts';
import { errorLine, watchFormat, type WatchFormat } from './watch-format.ts';
import { WatchStream } from './watch-stream.ts';

/** A watch that is open, as its server sees it. */
export interface OpenWatch {
  readonly context: ReadContext;
  /** Breaks the connection. */
  cut(): void;
  /** Ends it with 410. */
  expire(): void;
}

/** What a server wants to know of its watches. */
export interface WatchFollower {
  /** Told of each watch as it begins; what it returns is called at the end. */
  opened(watch: OpenWatch): () => void;
  /** Told of each event that is on its way to one client. */
  sent?(context: ReadContext): void;
  /** The client did not keep up, so it gets 410. */
  tooSlow?(context: ReadContext): void;
}

export interface WatchSettings {
  readonly bookmarkIntervalMs: number;
  readonly follower: WatchFollower;
  /** Characters that may wait for a slow client. */
  readonly maxWaiting?: number;
}

/** Clients that set no limit get one between 30 and 60 minutes, so that they do not all come back at once. */
const DEFAULT_SECONDS = 1800;
/** A timer of more than 2^31 ms would fire at once. */
const MAX_SECONDS = 24 * 3600;
/** As real servers word it. Clients list again, whatever the reason. */
const GONE = failureStatus('Expired', 'The resourceVersion for the provided watch is too old.');
const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

function durationMs({ url }: ReadContext): number {
  const seconds = Number(url.searchParams.get('timeoutSeconds') ?? 0);
  return 1000 * (seconds > 0 ? Math.min(seconds, MAX_SECONDS) : DEFAULT_SECONDS * (1 + Math.random()));
}

/** A watch-list (KEP-3157) begins with everything and says when that is over. */
function isWatchList({ searchParams }: URL): boolean {
  if (!isTrue(searchParams.get('sendInitialEvents'))) return false;
  if (searchParams.get('resourceVersionMatch') === 'NotOlderThan') return true;
  throw refusal('BadRequest', 'resourceVersionMatch: Forbidden: sendInitialEvents requires resourceVersionMatch to be NotOlderThan');
}

function watchOptions(context: ReadContext, isList: boolean): WatchOptions {
  const resourceVersion = isList ? null : context.url.searchParams.get('resourceVersion');
  return { ...selectionOf(context), ...(resourceVersion && { resourceVersion }) };
}

/** Runs until something ends the stream; every timer and listener is gone then. */
class Watch {
  readonly #context: ReadContext;
  readonly #settings: WatchSettings;
  readonly #format: WatchFormat;
  readonly #stream: WatchStream;
  readonly #endings: (() => void)[] = [];
  #isOver = false;

  constructor(context: ReadContext, settings: WatchSettings) {
    const { maxWaiting } = settings;
    this.#context = context;
    this.#settings = settings;
    this.#format = watchFormat(context);
    this.#stream = new WatchStream({
      response: context.response,
      clock: context.services.clock,
      bytesOf: (lines) => context.services.serialiser.bytes(lines),
      tooSlowLine: () => errorLine(GONE),
      onTooSlow: () => this.#giveUp(),
      ...(maxWaiting !== undefined && { maxWaiting }),
    });
  }

  /** What is wrong with the request is thrown; what is gone is told in the stream, as real servers do. */
  start(): void {
    const { resource, response, services, signal, url } = this.#context;
    const { bookmarkIntervalMs, follower } = this.#settings;
    const isList = isWatchList(url);
    const onEvent = (event: StoreEvent): void => {
      this.#stream.write(this.#format.event(event));
      follower.sent?.(this.#context);
    };
    const options = { ...watchOptions(this.#context, isList), onEnd: () => this.#finish(() => this.#stream.end()) };
    try {
      this.#endings.push(services.store.watch(resource, options, onEvent));
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 410) throw error;
      this.#sendHead();
      this.#stream.end(errorLine(error.status));
      return;
    }
    this.#sendHead();
    if (isList) this.#stream.write(this.#format.bookmark(services.store.resourceVersion, INITIAL_EVENTS_END));
    if (isTrue(url.searchParams.get('allowWatchBookmarks'))) this.#scheduleBookmark(services.clock, bookmarkIntervalMs);
    this.#endings.push(
      services.clock.schedule(() => this.#endInTime(), durationMs(this.#context)),
      follower.opened({ context: this.#context, cut: () => this.#cut(), expire: () => this.#finish(() => this.#stream.end(errorLine(GONE))) }),
    );
    if (signal.aborted) this.#cut();
    response.once('close', () => this.#cut());
  }

  #cut(): void {
    this.#finish(() => this.#stream.destroy());
  }

  /** The stream has ended itself. */
  #giveUp(): void {
    this.#settings.follower.tooSlow?.(this.#context);
    this.#finish(() => undefined);
  }

  #sendHead(): void {
    const { response } = this.#context;
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
  }

  #bookmark(): void {
    this.#stream.write(this.#format.bookmark(this.#context.services.store.resourceVersion));
  }

  #scheduleBookmark(clock: Clock, everyMs: number): void {
    let cancel = clock.schedule(() => again(), everyMs);
    const again = (): void => {
      this.#bookmark();
      cancel = clock.schedule(again, everyMs);
    };
    this.#endings.push(() => cancel());
  }

  #endInTime(): void {
    if (isTrue(this.#context.url.searchParams.get('allowWatchBookmarks'))) this.#bookmark();
    this.#finish(() => this.#stream.end());
  }

  #finish(close: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    close();
    for (const end of this.#endings.splice(0)) end();
  }
}

export function handleWatch(context: ReadContext, settings: WatchSettings): void {
  new Watch(context, settings).start();
}
