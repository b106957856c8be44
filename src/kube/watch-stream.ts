import type { KubeObject, WatchEvent } from '../api/types/index.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { ApiError } from './api-error.ts';
import { checkStatus } from './api-response.ts';
import type { Exchange } from './http-exchange.ts';
import { readLines } from './json-lines.ts';

function parseEvent<T extends KubeObject>(line: string, server: string): WatchEvent<T> {
  try {
    const event = JSON.parse(line) as WatchEvent<T>;
    if (!isEvent(event)) throw new TypeError('it holds no object with metadata');
    return event;
  } catch (error) {
    throw new McsError('MCS_API_ERROR', `Cannot read a watch event of the API server at ${server}: ${errorMessage(error)}`, { cause: error });
  }
}

function isEvent(event: unknown): boolean {
  const { type, object } = (event ?? {}) as { type?: unknown; object?: { metadata?: unknown } | null };
  return typeof type === 'string' && typeof object === 'object' && object !== null && (type === 'ERROR' || (typeof object.metadata === 'object' && object.metadata !== null));
}

/** Rarely read, and often larger than the rest of the object. A copy of what remains: `delete` would leave a hash table of several times its size. */
export function dropManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata;
  if (managedFields !== undefined) object.metadata = metadata;
  return object;
}

export interface WatchStreamOptions {
  readonly server: string;
  readonly signal?: AbortSignal;
  readonly onOpen?: () => void;
  /** Told of what `next` throws. */
  readonly onError?: (error: unknown) => void;
  /** Opens the connection; the given signal closes it. */
  readonly open: (signal: AbortSignal) => Promise<Exchange>;
}

async function* readEvents<T extends KubeObject>(options: WatchStreamOptions, signal: AbortSignal): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const exchange = await options.open(signal);
  try {
    await checkStatus(exchange);
    options.onOpen?.();
    for await (const line of readLines(exchange.body())) {
      const event = parseEvent<T>(line, options.server);
      if (event.type === 'ERROR') throw new ApiError(event.object);
      yield { ...event, object: dropManagedFields(event.object) } as WatchEvent<T>;
    }
  } finally {
    exchange.end();
  }
}

class WatchIterator<T extends KubeObject> implements AsyncIterator<WatchEvent<T>> {
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #events: AsyncGenerator<WatchEvent<T>, void, undefined>;
  readonly #onError: WatchStreamOptions['onError'];
  readonly #onOuterAbort = (): void => this.#abort.abort(this.#outer?.reason);

  constructor(options: WatchStreamOptions) {
    this.#outer = options.signal;
    this.#events = readEvents<T>(options, this.#abort.signal);
    this.#onError = options.onError;
    if (this.#outer?.aborted) this.#onOuterAbort();
    else this.#outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  async next(): Promise<IteratorResult<WatchEvent<T>>> {
    try {
      const result = await this.#events.next();
      if (result.done) this.#release();
      return result;
    } catch (error) {
      this.#release();
      if (this.#abort.signal.aborted) return { done: true, value: undefined };
      this.#onError?.(error);
      throw error;
    }
  }

  /** A generator's own `return` waits for the event that is being read, perhaps for minutes; so the connection is cut first. */
  async return(): Promise<IteratorResult<WatchEvent<T>>> {
    this.#abort.abort(new Error('The watch is over'));
    this.#release();
    await this.#events.return().catch(() => undefined); // it ends with our own abort
    return { done: true, value: undefined };
  }

  #release(): void {
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }
}

/** Events of one watch. It ends quietly when the server or the signal ends it; `return` closes its connection at once. */
export function watchEvents<T extends KubeObject>(options: WatchStreamOptions): AsyncIterable<WatchEvent<T>> {
  return { [Symbol.asyncIterator]: () => new WatchIterator<T>(options) };
}
