import type { Agent, ClientRequest } from 'node:http';
import { createSecureContext } from 'node:tls';
import { McsError, systemErrorCode } from '../base/errors.ts';
import { http, https } from '../base/node-http.ts';
import type { ClusterAccess, ConnectionSettings } from './client.ts';
import { connectionError } from './connection-error.ts';
import { Exchange } from './http-exchange.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, below the server's base path. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface TransportOptions {
  readonly userAgent: string;
  /** From the request to the end of its answer (for a watch, to the answer's head), ms. */
  readonly requestTimeoutMs: number;
  /** Name resolution, TCP and TLS together, ms, as long as the server has not answered yet. */
  readonly connectTimeoutMs: number;
  /** A watch without a byte for so long counts as cut, ms. */
  readonly watchIdleMs: number;
  /** Connections at a time, watches apart; more requests wait for one. */
  readonly maxConnections: number;
}

/** HTTP to one API server: connections, credentials, time limits, abort. It knows nothing of Kubernetes. */
export interface HttpTransport {
  /** Resolves with the answer's head, whatever its status. The caller ends the exchange. */
  send(request: HttpRequest): Promise<Exchange>;
  /** The same on a connection of its own, without a limit on the answer's length. */
  stream(request: HttpRequest): Promise<Exchange>;
  close(): void;
}

/** As many as a work queue has workers: with fewer, connections would be closed and made anew all through a burst of writes. */
const MAX_IDLE_SOCKETS = 32;
const KEEP_ALIVE_PROBE_MS = 30_000;

type Agents = { readonly settings: ConnectionSettings; readonly pooled: Agent; readonly single: Agent };

function createAgents(settings: ConnectionSettings, secure: boolean, maxSockets: number): Agents {
  if (settings.agent !== undefined) return { settings, pooled: settings.agent, single: settings.agent };
  const create = secure ? https.Agent : http.Agent;
  // else each connection would parse certificates and keys anew, which takes as long as its handshake
  const tls = secure ? { ...settings.tls, secureContext: createSecureContext(settings.tls) } : {};
  return {
    settings,
    pooled: new create({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE_MS, maxSockets, maxFreeSockets: MAX_IDLE_SOCKETS, ...tls }),
    // watches never take a connection from the pool, nor leave one in it
    single: new create({ keepAlive: false, ...tls }),
  };
}

function closeIdle(agent: Agent): void {
  Object.assign(agent, { keepAlive: false }); // requests under way close theirs when they end
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

class NodeTransport implements HttpTransport {
  readonly #access: ClusterAccess;
  readonly #options: TransportOptions;
  readonly #secure: boolean;
  #agents: Agents | undefined;
  #hasAnswered = false;

  constructor(access: ClusterAccess, options: TransportOptions) {
    this.#access = access;
    this.#options = options;
    this.#secure = access.server.startsWith('https:');
  }

  async send(request: HttpRequest): Promise<Exchange> {
    const exchange = await this.#attempt(request, 'pooled');
    try {
      await exchange.head();
    } catch (error) {
      // the server may close an idle connection in the moment when it is used again (RFC 9112 section 9.5)
      const mayRepeat = request.method === 'GET' && exchange.reusedConnection && systemErrorCode(error) === 'ECONNRESET';
      if (!mayRepeat || request.signal?.aborted) throw error;
      return this.#repeat(request);
    }
    return this.#checked(exchange);
  }

  async stream(request: HttpRequest): Promise<Exchange> {
    const exchange = await this.#attempt(request, 'single');
    await exchange.head();
    exchange.limitSilence(this.#options.watchIdleMs);
    return this.#checked(exchange);
  }

  close(): void {
    if (this.#agents === undefined || this.#agents.settings.agent !== undefined) return;
    closeIdle(this.#agents.pooled);
    this.#agents = undefined;
  }

  async #repeat(request: HttpRequest): Promise<Exchange> {
    const exchange = await this.#attempt(request, 'single');
    await exchange.head();
    return this.#checked(exchange);
  }

  #checked(exchange: Exchange): Exchange {
    this.#hasAnswered = true;
    if (exchange.response.statusCode !== 401) return exchange;
    const reason = this.#access.onUnauthorized?.();
    if (reason === undefined) return exchange;
    exchange.end();
    throw new McsError('MCS_UNAUTHORIZED', `Cannot sign in to the API server at ${this.#access.server}: ${reason}`, { hints: ['mcs doctor'], details: { server: this.#access.server } });
  }

  async #attempt(request: HttpRequest, pool: 'pooled' | 'single'): Promise<Exchange> {
    request.signal?.throwIfAborted();
    const agents = await this.#currentAgents();
    const headers = await this.#headers(request);
    request.signal?.throwIfAborted();
    // how long the agent of a proxy waits for the proxy
    const timeout = agents.settings.proxy === undefined ? {} : { timeout: this.#options.connectTimeoutMs };
    return new Exchange(this.#open(request, { headers, agent: agents[pool], ...timeout }), {
      server: this.#access.server,
      secure: this.#secure,
      requestTimeoutMs: this.#options.requestTimeoutMs,
      // one that has is there: another connection may be slow for all that we do at the same time
      connectTimeoutMs: this.#hasAnswered ? this.#options.requestTimeoutMs : this.#options.connectTimeoutMs,
      ...(agents.settings.proxy !== undefined && { proxy: agents.settings.proxy }),
      ...(request.signal && { signal: request.signal }),
    });
  }

  #open(request: HttpRequest, options: { readonly headers: Record<string, string>; readonly agent: Agent; readonly timeout?: number }): ClientRequest {
    const url = new URL(`${this.#access.server.replace(/\/$/, '')}${request.path}`);
    const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const length = payload === undefined ? {} : { 'content-length': String(payload.length) };
    const open = this.#secure ? https.request : http.request;
    const sent = open(url, { ...options, method: request.method, headers: { ...options.headers, ...length } });
    sent.end(payload);
    return sent;
  }

  async #headers({ body, contentType = 'application/json' }: HttpRequest): Promise<Record<string, string>> {
    return {
      accept: 'application/json',
      'user-agent': this.#options.userAgent,
      ...(body !== undefined && { 'content-type': contentType }),
      ...(await this.#access.headers()),
    };
  }

  #createAgents(settings: ConnectionSettings): Agents {
    try {
      return createAgents(settings, this.#secure, this.#options.maxConnections);
    } catch (error) {
      throw connectionError(this.#access.server, 'securing', error, settings.proxy); // a certificate or key that is none
    }
  }

  async #currentAgents(): Promise<Agents> {
    const settings = (await this.#access.connection?.()) ?? this.#agents?.settings ?? { tls: this.#access.tls };
    if (this.#agents?.settings !== settings) {
      this.close();
      this.#agents = this.#createAgents(settings);
    }
    return this.#agents;
  }
}

export function createHttpTransport(access: ClusterAccess, options: TransportOptions): HttpTransport {
  return new NodeTransport(access, options);
}
