import type { RequestListener } from 'node:http';
import { type Clock, systemClock } from '../base/clock.ts';
import type { ReadContext, ReadServices, RouteContext } from './http/context.ts';
import { Discovery } from './http/discovery.ts';
import { handlePath } from './http/handle-path.ts';
import { handleGet, handleList } from './http/handle-read.ts';
import { handleWatch, type OpenWatch, type WatchFollower } from './http/handle-watch.ts';
import { isHealthPath } from './http/health-paths.ts';
import { type Authenticate, HttpServer } from './http/http-server.ts';
import type { ListeningAddress, ListenOptions } from './http/listener.ts';
import { isPage, methodNotAllowed, notServed, resourceContext } from './http/resource-context.ts';
import { sendNoSuchPage, sendText } from './http/respond.ts';
import { Serialiser } from './http/serialise.ts';
import { UnreadAnswers, type UnreadAnswersOptions } from './http/unread-answers.ts';
import { refusal } from './status-error.ts';
import type { ReadStore } from './store.ts';

export type { ListeningAddress, ListenOptions } from './http/listener.ts';
export type { Authenticate } from './http/http-server.ts';

/** What a read server says of its watches; `resource` is a plural. */
export interface ReadServerObserver {
  watchOpened(resource: string): void;
  watchClosed(resource: string): void;
  eventSent(resource: string): void;
  /** A client did not keep up with its watch and got 410. */
  watchCut(resource: string): void;
  /** One watch too many: 429. */
  watchRefused(resource: string): void;
}

export interface ReadServerOptions {
  /** Kinds that are served; their definitions say `verbs: READ_VERBS`. */
  readonly store: ReadStore;
  readonly authenticate: Authenticate;
  /** Whether the store has been filled. Until then resources answer 503, and `/readyz` fails. */
  readonly isReady: () => boolean;
  /** Open at once; one more gets 429. */
  readonly maxWatches: number;
  readonly observer: ReadServerObserver;
  /** Text for Prometheus at `/metrics`. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly version: string;
  readonly clock?: Clock;
  /** Default 60 s. */
  readonly bookmarkIntervalMs?: number;
  /** Characters that may wait for a slow client. */
  readonly maxWaiting?: number;
  readonly unreadAnswers?: UnreadAnswersOptions;
}

export interface ReadServer {
  readonly handler: RequestListener;
  /** May be called for more than one port. */
  listen(options: ListenOptions): Promise<ListeningAddress>;
  /** For connections that begin from now on. */
  setTls(tls: NonNullable<ListenOptions['tls']>): void;
  /** Breaks every connection, so that everybody has to show a credential again. */
  cut(): void;
  close(): Promise<void>;
}

export const READ_VERBS: readonly string[] = ['get', 'list', 'watch'];

const RETRY = { retryAfterSeconds: 1 };
const RETRY_WATCH = { retryAfterSeconds: 10 };

class HttpReadServer implements ReadServer {
  readonly #options: ReadServerOptions;
  readonly #services: ReadServices;
  readonly #discovery: Discovery;
  readonly #server: HttpServer;
  readonly #follower: WatchFollower;
  readonly #unread: UnreadAnswers;
  #watches = 0;

  constructor(options: ReadServerOptions) {
    const { authenticate, clock = systemClock, observer, store } = options;
    this.#options = options;
    this.#services = { store, clock, serialiser: new Serialiser() };
    this.#unread = new UnreadAnswers(options.unreadAnswers);
    this.#discovery = new Discovery(() => store.definitions(), [], []);
    this.#server = new HttpServer({ authenticate, isPublic: isHealthPath, route: (context) => this.#route(context) });
    this.#follower = {
      opened: (watch) => this.#opened(watch),
      sent: ({ resource }) => observer.eventSent(resource.plural),
      tooSlow: ({ resource }) => observer.watchCut(resource.plural),
    };
  }

  get handler(): RequestListener {
    return this.#server.handler;
  }

  listen(options: ListenOptions): Promise<ListeningAddress> {
    return this.#server.listen(options);
  }

  setTls(tls: NonNullable<ListenOptions['tls']>): void {
    this.#server.setTls(tls);
  }

  cut(): void {
    this.#server.cut();
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async #route(context: RouteContext): Promise<void> {
    const { attributes, response } = context;
    const { isReady, metrics, store, version } = this.#options;
    if (attributes.path === '/metrics' && attributes.verb === 'get') {
      const { text, type } = await metrics();
      sendText(response, 200, text, type);
    } else if (!attributes.resourceRequest) {
      handlePath(context, { store, discovery: this.#discovery, version, readiness: { 'informer-sync': isReady }, otherPaths: ['/metrics'] });
    } else if (isPage(this.#services, attributes)) this.#read(resourceContext(context, this.#services));
    else sendNoSuchPage(response);
  }

  #read(context: ReadContext): void {
    const { name, resource, subresource, verb } = context.attributes;
    const isWrite = !READ_VERBS.includes(verb);
    if (subresource !== '' || (isWrite && name !== '' && verb !== 'deletecollection')) throw notServed();
    if (isWrite) throw methodNotAllowed();
    if (!this.#options.isReady()) throw refusal('ServiceUnavailable', 'the cluster has not been read yet', RETRY);
    if (verb === 'get') handleGet(context);
    else if (verb === 'list') this.#unread.answer(context.response, () => handleList(context));
    else this.#watch(context, resource);
  }

  #watch(context: ReadContext, resource: string): void {
    const { bookmarkIntervalMs = 60_000, maxWaiting, maxWatches, observer } = this.#options;
    if (this.#watches >= maxWatches) {
      observer.watchRefused(resource);
      throw refusal('TooManyRequests', `too many watches: ${maxWatches} are open, and no more are allowed`, RETRY_WATCH);
    }
    handleWatch(context, { bookmarkIntervalMs, follower: this.#follower, ...(maxWaiting !== undefined && { maxWaiting }) });
  }

  #opened({ context: { resource } }: OpenWatch): () => void {
    this.#watches += 1;
    this.#options.observer.watchOpened(resource.plural);
    return () => {
      this.#watches -= 1;
      this.#options.observer.watchClosed(resource.plural);
    };
  }
}

/** Serves a store for reading: discovery, lists, watches, single objects, Tables. Every write is refused. */
export function createReadServer(options: ReadServerOptions): ReadServer {
  return new HttpReadServer(options);
}
