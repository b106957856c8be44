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
import { faultyWatches } from './http/faulty-watches.ts';
import { handlePath } from './http/handle-path.ts';
import { handleResource } from './http/handle-resource.ts';
import { answerReview, isReview, isSelfReview } from './http/handle-review.ts';
import { impersonatedUser } from './http/impersonate.ts';
import { type Authenticate, HttpServer } from './http/http-server.ts';
import type { ListeningAddress, ListenOptions } from './http/listener.ts';
import type { RequestAttributes } from './http/request-attributes.ts';
import { sendJson } from './http/respond.ts';
import { Serialiser } from './http/serialise.ts';
import { StatusError } from './status-error.ts';
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
  readonly authenticate: Authenticate;
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
  readonly #options: ApiServerOptions;
  readonly #faults: Faults;
  readonly #services: Services;
  readonly #discovery: Discovery;
  readonly #server: HttpServer;
  readonly #endings: (() => void)[];

  constructor(options: ApiServerOptions) {
    const { authenticate, authorize, clock = systemClock, extraRoutes = [], faults = createFaults(), store } = options;
    this.#options = options;
    this.#faults = faults;
    this.#services = { store, authorize, clock, serialiser: new Serialiser() };
    this.#discovery = new Discovery(() => store.definitions(), extraRoutes.map(({ discovery }) => discovery).filter((each) => each !== undefined));
    this.#server = new HttpServer({ authenticate, isCutOff: () => faults.hooks.isCutOff(), route: (context) => this.#handle(context) });
    this.#endings = [
      store.onDefinitionsChange(() => this.#discovery.reset()),
      faults.hooks.onExpire(() => store.compact()),
      faults.hooks.onCutOff(() => this.#server.cut()),
    ];
  }

  get handler(): RequestListener {
    return this.#server.handler;
  }

  listen(options: ListenOptions): Promise<ListeningAddress> {
    return this.#server.listen(options);
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#server.close();
  }

  async #handle(context: RouteContext): Promise<void> {
    const { attributes, request, signal } = context;
    const user = impersonatedUser(request.headers, context.user, this.#services);
    if (await this.#meetsFault(request, context.response, attributes, user, signal)) return;
    if (!isSelfReview(attributes)) validateAllowed({ services: this.#services, user }, attributes);
    await this.#route({ ...context, user });
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
      await handleResource(context, this.#services, { bookmarkIntervalMs, follower: faultyWatches(this.#faults.hooks) });
    } else {
      handlePath(context, { store, discovery: this.#discovery, version });
    }
  }
}

/** Serves the store as a Kubernetes API: discovery, reads, watches, writes, patches, Tables. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new HttpApiServer(options);
}
