import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { type ConnectionPhase, connectionError } from './connection-error.ts';

export interface ExchangeOptions {
  readonly server: string;
  readonly secure: boolean;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** URL of the proxy in between. */
  readonly proxy?: string;
  readonly signal?: AbortSignal;
}

function timedOut(what: string, ms: number): Error {
  return Object.assign(new Error(`${what} within ${ms / 1000} s`), { code: 'ETIMEDOUT' });
}

/**
 * One request and its answer. Whatever ends it early (signal, time limit, lost connection) destroys its
 * socket and is thrown from `head` or from the reading of the body, as the signal's reason or as
 * MCS_CLUSTER_UNREACHABLE. `end` must be called; it frees timers, listeners and, if unread data is left, the socket.
 */
export class Exchange {
  readonly #request: ClientRequest;
  readonly #options: ExchangeOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #phase: ConnectionPhase;
  /** The reason why we cut the exchange, which what Node then reports would hide. */
  #cutBy: { readonly reason: unknown } | undefined;
  #response: IncomingMessage | undefined;
  readonly #head: Promise<IncomingMessage>;
  #failHead: (error: unknown) => void = () => undefined;

  constructor(request: ClientRequest, options: ExchangeOptions) {
    this.#request = request;
    this.#options = options;
    // no lookup for addresses, nor for names that a proxy looks up
    this.#phase = options.proxy === undefined && isIP(request.host.replaceAll(/[[\]]/g, '')) === 0 ? 'resolving' : 'connecting';
    this.#head = new Promise((resolve, reject) => {
      this.#failHead = reject;
      request.once('response', resolve);
      request.on('error', reject);
      request.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
    });
    this.#head.catch(() => undefined); // thrown from head(), which may be called later
    // the agent of a proxy gives a socket once it is connected
    const cancelLimit = options.proxy === undefined ? undefined : this.#limit('no connection', options.connectTimeoutMs);
    request.once('socket', (socket) => {
      cancelLimit?.();
      this.#followConnection(socket);
    });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#limit('no answer', options.requestTimeoutMs);
  }

  /** Whether the request went over a connection that had served another one before. */
  get reusedConnection(): boolean {
    return this.#request.reusedSocket;
  }

  get response(): IncomingMessage {
    if (this.#response === undefined) throw new Error('The answer has not begun');
    return this.#response;
  }

  /** Waits until status and headers are there. */
  async head(): Promise<void> {
    try {
      this.#response = await this.#head;
    } catch (error) {
      this.end();
      throw this.#explain(error);
    }
  }

  /** The body, piece by piece. Throws as soon as the exchange is cut. */
  async *body(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of this.response as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** From here on only silence counts: the body may take as long as it likes. */
  limitSilence(ms: number): void {
    this.#clearTimers();
    this.response.socket.setTimeout(ms, () => this.#cut(timedOut('no data', ms)));
  }

  end(): void {
    this.#clearTimers();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    // a fully read answer has given its socket back to the pool already
    if (this.#response?.complete !== true || !this.#response.readableEnded) this.#request.destroy();
  }

  /** What to throw for a failure: why we cut the exchange, else what happened to the connection. */
  #explain(error: unknown): unknown {
    if (this.#options.signal?.aborted) return this.#options.signal.reason;
    return connectionError(this.#options.server, this.#phase, this.#cutBy?.reason ?? error, this.#options.proxy);
  }

  readonly #onAbort = (): void => this.#cut(this.#options.signal?.reason);

  #cut(reason: unknown): void {
    this.#cutBy ??= { reason };
    this.#request.destroy(reason instanceof Error ? reason : undefined);
    this.#failHead(reason); // a request whose agent has no socket for it yet would say nothing
  }

  #limit(what: string, ms: number): () => void {
    const timer = setTimeout(() => this.#cut(timedOut(what, ms)), ms);
    this.#timers.add(timer);
    return () => clearTimeout(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** The limit begins with the socket: a request that waits for a free one is not connecting yet. */
  #followConnection(socket: Socket): void {
    if (!socket.connecting) {
      this.#phase = 'open';
      return;
    }
    const cancelLimit = this.#limit('no connection', this.#options.connectTimeoutMs);
    const opened = (): void => {
      this.#phase = 'open';
      cancelLimit();
    };
    socket.once('lookup', () => (this.#phase = 'connecting'));
    socket.once('connect', () => {
      if (this.#options.secure) this.#phase = 'securing';
      else opened();
    });
    if (this.#options.secure) socket.once('secureConnect', opened);
  }
}
