import { type Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { abortWith } from '../base/lifecycle.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { isForbidden, isTransient } from './api-error.ts';
import type { KubeClient } from './client.ts';

export interface WaitOptions<T extends KubeObject> {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The state of the object in a few words, for the progress and the error; undefined means that it does not exist. */
  readonly describe: (object: T | undefined) => string;
  /** Told of each new state and of trouble on the way. */
  readonly progress?: (text: string) => void;
  /** What is waited for, as in "Cannot <goal>". Default: `see <Kind> "<name>" as wanted`. */
  readonly goal?: string;
  readonly hints?: readonly string[];
  readonly clock?: Clock;
}

export type WaitPredicate<T extends KubeObject> = (object: T | undefined) => boolean;

const RETRY: Backoff = { baseMs: 100, capMs: 2_000 };
const POLL: Backoff = { baseMs: 100, capMs: 1_000 };

class Wait<T extends KubeObject> {
  readonly #client: KubeClient;
  readonly #resource: Resource<T>;
  readonly #target: { readonly name: string; readonly namespace?: string };
  readonly #predicate: WaitPredicate<T>;
  readonly #options: WaitOptions<T>;
  readonly #clock: Clock;
  #last = 'not read yet';
  #told: string | undefined;
  #canWatch = true;

  constructor(client: KubeClient, resource: Resource<T>, target: { readonly name: string; readonly namespace?: string }, predicate: WaitPredicate<T>, options: WaitOptions<T>) {
    this.#client = client;
    this.#resource = resource;
    this.#target = target;
    this.#predicate = predicate;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Ends by the predicate, the timeout, the signal, or an error that no other try can cure. */
  async run(): Promise<T | undefined> {
    const { signal, timeoutMs } = this.#options;
    const timeout = new AbortController();
    const release = abortWith(timeout, signal);
    const cancel = this.#clock.schedule(() => timeout.abort(new Error('timed out')), timeoutMs);
    try {
      return await this.#untilReady(timeout.signal);
    } catch (error) {
      signal.throwIfAborted();
      throw timeout.signal.aborted ? this.#timedOut() : error;
    } finally {
      cancel();
      release();
    }
  }

  async #untilReady(signal: AbortSignal): Promise<T | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const found = this.#canWatch ? await this.#follow(signal) : await this.#poll(signal);
        if (found !== undefined) return found.object;
      } catch (error) {
        signal.throwIfAborted();
        this.#tolerate(error);
      }
      await sleep(this.#clock, backoffDelay(attempt, this.#canWatch ? RETRY : POLL), signal);
    }
  }

  /** Who may only get (a joiner, say) polls; trouble of the server is waited out; the rest is final. */
  #tolerate(error: unknown): void {
    if (isForbidden(error) && this.#canWatch) this.#canWatch = false;
    else if (isTransient(error)) this.#tell(`${this.#last}; ${errorMessage(error)}`);
    else throw error;
  }

  async #poll(signal: AbortSignal): Promise<{ object: T | undefined } | undefined> {
    return this.#check(await this.#client.find(this.#resource, this.#target.name, this.#target.namespace, { signal }));
  }

  /** List and watch of the one object; undefined when the server ended the watch. */
  async #follow(signal: AbortSignal): Promise<{ object: T | undefined } | undefined> {
    const { name, namespace } = this.#target;
    const scope = { fieldSelector: `metadata.name=${name}`, signal, ...(namespace !== undefined && { namespace }) };
    const { items, metadata } = await this.#client.list(this.#resource, scope);
    const listed = this.#check(items[0]);
    if (listed !== undefined) return listed;
    for await (const event of this.#client.watch(this.#resource, { ...scope, resourceVersion: metadata.resourceVersion })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      const seen = this.#check(event.type === 'DELETED' ? undefined : event.object);
      if (seen !== undefined) return seen;
    }
    signal.throwIfAborted();
    return undefined;
  }

  #check(object: T | undefined): { object: T | undefined } | undefined {
    if (this.#predicate(object)) return { object };
    this.#last = this.#options.describe(object);
    this.#tell(this.#last);
    return undefined;
  }

  /** Events and polls come more often than news. */
  #tell(text: string): void {
    if (text !== this.#told) this.#options.progress?.(text);
    this.#told = text;
  }

  #timedOut(): McsError {
    const { timeoutMs, goal, hints = [] } = this.#options;
    const { name, namespace } = this.#target;
    const what = goal ?? `see ${this.#resource.kind} "${namespace === undefined ? '' : `${namespace}/`}${name}" as wanted`;
    return new McsError('MCS_TIMEOUT', `Cannot ${what} within ${Math.round(timeoutMs / 1000)} s: ${this.#last}`, {
      hints,
      details: { kind: this.#resource.kind, name, ...(namespace !== undefined && { namespace }), lastState: this.#last },
    });
  }
}

/**
 * Waits until one object (or its absence: undefined) satisfies the predicate, by a watch, or by polling
 * where only `get` is allowed. Throws MCS_TIMEOUT with the last state seen, and the signal's reason.
 */
export function waitFor<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  name: string,
  namespace: string | undefined,
  predicate: WaitPredicate<T>,
  options: WaitOptions<T>,
): Promise<T | undefined> {
  return new Wait(client, resource, { name, ...(namespace !== undefined && { namespace }) }, predicate, options).run();
}
