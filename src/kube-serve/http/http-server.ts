import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { refusal } from '../status-error.ts';
import type { User } from '../user.ts';
import type { RouteContext } from './context.ts';
import { Listener, type ListeningAddress, type ListenOptions } from './listener.ts';
import { readBody } from './read-body.ts';
import { requestAttributes } from './request-attributes.ts';
import { sendError } from './respond.ts';

/** Who sends a request; undefined: 401. */
export type Authenticate = (request: IncomingMessage) => User | undefined | Promise<User | undefined>;

export interface HttpServerOptions {
  readonly authenticate: Authenticate;
  /** Paths that are answered whoever asks. */
  readonly isPublic?: (path: string) => boolean;
  /** Answers a request; what it throws is answered as a Status. */
  readonly route: (context: RouteContext) => void | Promise<void>;
  /** Whether nobody may connect. */
  readonly isCutOff?: () => boolean;
}

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** A path that begins with two slashes is a path too, not a host. */
function parseUrl(text = '/'): URL {
  const url = URL.parse(text.startsWith('/') ? `http://localhost${text}` : text);
  if (url === null) throw refusal('BadRequest', 'the address of the request cannot be read');
  return url;
}

/** Takes requests apart, asks who sends them, and hands them on. One server may listen on several ports. */
export class HttpServer {
  readonly handler: RequestListener;
  readonly #options: HttpServerOptions;
  readonly #listeners = new Set<Listener>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.handler = (request, response) => void this.#handle(request, response).catch((error: unknown) => sendError(response, error));
  }

  async listen(options: ListenOptions): Promise<ListeningAddress> {
    const listener = new Listener(this.handler, options, this.#options.isCutOff);
    this.#listeners.add(listener);
    try {
      return await listener.listen(options);
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
  }

  /** New connections get this certificate, and are asked for one of this `ca`, on each port with TLS. */
  setTls(tls: NonNullable<ListenOptions['tls']>): void {
    for (const listener of this.#listeners) listener.setTls(tls);
  }

  /** Breaks every connection. */
  cut(): void {
    for (const listener of this.#listeners) listener.cut();
  }

  /** Ends watches, closes connections and the ports. */
  async close(): Promise<void> {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authenticate, isPublic, route } = this.#options;
    const url = parseUrl(request.url);
    const attributes = requestAttributes(request.method ?? 'GET', url);
    const user = isPublic?.(attributes.path) === true ? ANONYMOUS : await authenticate(request);
    if (user === undefined) throw refusal('Unauthorized', 'Unauthorized');
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    await route({ request, response, url, user, attributes, signal: gone.signal, readBody: () => readBody(request) });
  }
}
