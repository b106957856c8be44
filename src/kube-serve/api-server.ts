import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { failureStatus } from '../api/status.ts';
import type { PolicyRule } from '../api/types/index.ts';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { createFaults, type Faults } from './faults.ts';
import { validateAllowed } from './http/authorize-request.ts';
import type { Authorize, RouteContext, Services } from './http/context.ts';
import { Discovery } from './http/discovery.ts';
import type { ExtraDiscovery } from './http/discovery-model.ts';
import { faultSubject } from './http/fault-subject.ts';
import { handlePath } from './http/handle-path.ts';
import { handleResource } from './http/handle-resource.ts';
import { answerReview, isReview, isSelfReview } from './http/handle-review.ts';
import { impersonatedUser } from './http/impersonate.ts';
import { Listener, type ListeningAddress, type ListenOptions } from './http/listener.ts';
import { readBody } from './http/read-body.ts';
import { requestAttributes, type RequestAttributes } from './http/request-attributes.ts';
import { sendError, sendJson } from './http/respond.ts';
import { Serialiser } from './http/serialise.ts';
import { refusal, StatusError } from './status-error.ts';
import type { ObjectStore } from './store.ts';
import type { User } from './user.ts';

export type { Authorization, RouteContext } from './http/context.ts';
export type { ListeningAddress, ListenOptions } from './http/listener.ts';
export type { RequestAttributes } from './http/request-attributes.ts';

/** A subresource or a path that the store does not serve (`pods/log`, `serviceaccounts/token`, `/metrics`, ...). Authorized like all. */
export interface ExtraRoute {
  readonly matches: (attributes: RequestAttributes) => boolean;
  /** The object to answer with (201 for create); undefined where it has answered on `response` itself. Throws StatusError. */
  readonly handle: (context: RouteContext) => Promise<unknown>;
  readonly discovery?: ExtraDiscovery;
}

export interface ApiServerOptions {
  readonly store: ObjectStore;
  /** Undefined: 401. */
  readonly authenticate: (request: IncomingMessage) => User | undefined | Promise<User | undefined>;
  readonly authorize: Authorize;
  /** For SelfSubjectRulesReview. */
  readonly rulesOf?: (user: User, namespace: string) => readonly PolicyRule[];
  readonly faults?: Faults;
  readonly extraRoutes?: readonly ExtraRoute[];
  /** Git version that `/version` tells. Default `v1.34.0`. */
  readonly version?: string;
  readonly clock?: Clock;
  /** Default 60 s. */
  readonly bookmarkIntervalMs?: number;
}

export interface ApiServer {
  readonly handler: RequestListener;
  /** Resolves with the address in use. */
  listen(options: ListenOptions): Promise<ListeningAddress>;
  /** Ends watches, closes connections and the port. */
  close(): Promise<void>;
}

class HttpApiServer implements ApiServer {
  readonly handler: RequestListener;
  readonly #options: ApiServerOptions;
  readonly #faults: Faults;
  readonly #services: Services;
  readonly #discovery: Discovery;
  readonly #endings: (() => void)[];
  #listener: Listener | undefined;

  constructor(options: ApiServerOptions) {
    const { authorize, clock = systemClock, extraRoutes = [], faults = createFaults(), store } = options;
    this.#options = options;
    this.#faults = faults;
    this.#services = { store, authorize, clock, serialiser: new Serialiser() };
    this.#discovery = new Discovery(() => store.definitions(), extraRoutes.map(({ discovery }) => discovery).filter((each) => each !== undefined));
    this.#endings = [
      store.onDefinitionsChange(() => this.#discovery.reset()),
      faults.hooks.onExpire(() => store.compact()),
      faults.hooks.onCutOff(() => this.#listener?.cut()),
    ];
    this.handler = (request, response) => void this.#handle(request, response).catch((error: unknown) => sendError(response, error));
  }

  async listen(options: ListenOptions): Promise<ListeningAddress> {
    if (this.#listener !== undefined) throw new Error('Cannot listen: this API server listens already');
    this.#listener = new Listener(this.handler, options.tls, this.#faults.hooks);
    return this.#listener.listen(options);
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#listener?.close();
    this.#listener = undefined;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const attributes = requestAttributes(request.method ?? 'GET', url);
    const authenticated = await this.#options.authenticate(request);
    if (authenticated === undefined) throw refusal('Unauthorized', 'Unauthorized');
    const user = impersonatedUser(request.headers, authenticated, this.#services);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    if (await this.#meetsFault(request, response, attributes, user, gone.signal)) return;
    if (!isSelfReview(attributes)) validateAllowed({ services: this.#services, user }, attributes);
    await this.#route({ request, response, url, user, attributes, signal: gone.signal, readBody: () => readBody(request) });
  }

  /** Whether trouble was asked for that ends the request here. Throws the Status to answer with. */
  async #meetsFault(request: IncomingMessage, response: ServerResponse, attributes: RequestAttributes, user: User, signal: AbortSignal): Promise<boolean> {
    const { cut, delayMs, failure } = this.#faults.hooks.decide(faultSubject(request, attributes, user));
    if (delayMs > 0) await sleep(this.#services.clock, delayMs, signal).catch(() => undefined); // a client that has gone needs no delay
    if (cut || signal.aborted) {
      response.destroy();
      return true;
    }
    if (failure === undefined) return false;
    const { code, retryAfterSeconds } = failure;
    const status = failureStatus(code === 429 ? 'TooManyRequests' : code === 503 ? 'ServiceUnavailable' : 'InternalError', `injected failure ${code}`);
    throw new StatusError({ ...status, code, ...(retryAfterSeconds !== undefined && { details: { retryAfterSeconds } }) });
  }

  async #route(context: RouteContext): Promise<void> {
    const { attributes, response } = context;
    const { authorize, bookmarkIntervalMs = 60_000, extraRoutes = [], rulesOf, store, version = 'v1.34.0' } = this.#options;
    const extra = extraRoutes.find(({ matches }) => matches(attributes));
    if (extra !== undefined) {
      const answer = await extra.handle(context);
      if (answer !== undefined) sendJson(response, attributes.verb === 'create' ? 201 : 200, answer);
    } else if (isReview(attributes)) {
      sendJson(response, 201, await answerReview(context, { authorize, rulesOf }));
    } else if (attributes.resourceRequest) {
      await handleResource(context, this.#services, { bookmarkIntervalMs, faults: this.#faults.hooks });
    } else {
      handlePath(context, { store, discovery: this.#discovery, version });
    }
  }
}

/** Serves the store as a Kubernetes API: discovery, reads, watches, writes, patches, Tables. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new HttpApiServer(options);
}
