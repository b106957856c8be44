import { failureStatus } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { FaultHooks } from '../faults.ts';
import { refusal, StatusError } from '../status-error.ts';
import type { StoreEvent, WatchOptions } from '../store.ts';
import type { ResourceContext } from './context.ts';
import { faultSubject } from './fault-subject.ts';
import { selectionOf } from './handle-read.ts';
import { errorLine, watchFormat, type WatchFormat } from './watch-format.ts';
import { WatchStream } from './watch-stream.ts';

export interface WatchSettings {
  readonly bookmarkIntervalMs: number;
  readonly faults: FaultHooks;
}

/** Clients that set no limit get one between 30 and 60 minutes, so that they do not all come back at once. */
const DEFAULT_SECONDS = 1800;
const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

function durationMs({ url }: ResourceContext): number {
  const seconds = Number(url.searchParams.get('timeoutSeconds') ?? 0);
  return 1000 * (seconds > 0 ? seconds : DEFAULT_SECONDS * (1 + Math.random()));
}

/** A watch-list (KEP-3157) begins with everything and says when that is over. */
function isWatchList({ searchParams }: URL): boolean {
  if (searchParams.get('sendInitialEvents') !== 'true') return false;
  if (searchParams.get('resourceVersionMatch') === 'NotOlderThan') return true;
  throw refusal('BadRequest', 'resourceVersionMatch: Forbidden: sendInitialEvents requires resourceVersionMatch to be NotOlderThan');
}

function watchOptions(context: ResourceContext, isList: boolean): WatchOptions {
  const resourceVersion = isList ? null : context.url.searchParams.get('resourceVersion');
  return { ...selectionOf(context), ...(resourceVersion && { resourceVersion }) };
}

/** Runs until something ends the stream; every timer and listener is gone then. */
class Watch {
  readonly #context: ResourceContext;
  readonly #format: WatchFormat;
  readonly #stream: WatchStream;
  readonly #endings: (() => void)[] = [];

  constructor(context: ResourceContext) {
    this.#context = context;
    this.#format = watchFormat(context);
    this.#stream = new WatchStream(context.response);
  }

  /** What is wrong with the request is thrown; what is gone is told in the stream, as real servers do. */
  start(settings: WatchSettings): void {
    const { attributes, request, resource, response, services, signal, url, user } = this.#context;
    const isList = isWatchList(url);
    const onEvent = (event: StoreEvent): void => this.#stream.write(this.#format.event(event));
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
    if (url.searchParams.get('allowWatchBookmarks') === 'true') this.#scheduleBookmark(services.clock, settings.bookmarkIntervalMs);
    const subject = faultSubject(request, attributes, user);
    this.#endings.push(
      services.clock.schedule(() => this.#endInTime(), durationMs(this.#context)),
      settings.faults.addWatch({ subject, cut: () => this.#finish(() => this.#stream.destroy()) }),
      settings.faults.onExpire(() => this.#expire()),
    );
    if (signal.aborted) this.#finish(() => this.#stream.destroy());
    response.once('close', () => this.#finish(() => this.#stream.destroy()));
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
    if (this.#context.url.searchParams.get('allowWatchBookmarks') === 'true') this.#bookmark();
    this.#finish(() => this.#stream.end());
  }

  #expire(): void {
    const gone = failureStatus('Expired', 'The resourceVersion for the provided watch is too old.');
    this.#finish(() => this.#stream.end(errorLine(gone)));
  }

  #finish(close: () => void): void {
    if (this.#stream.ended) return;
    close();
    for (const end of this.#endings.splice(0)) end();
  }
}

export function handleWatch(context: ResourceContext, settings: WatchSettings): void {
  new Watch(context).start(settings);
}
