import { type Clock, systemClock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { ApiError } from '../kube/api-error.ts';

/** What became of a key: finished, or to be looked at again after a while. */
export type WorkResult = 'done' | { readonly requeueAfterMs: number };

/** A lane waits while an earlier one has keys; after `backMaxWaitMs` those of the `back` lane take turns with the others. */
export type Lane = (typeof LANES)[number];

const LANES = ['front', 'middle', 'back'] as const;

export interface WorkQueueOptions {
  readonly name: string;
  /** Brings the state that belongs to `key` about; throws to be tried again. */
  readonly process: (key: string, signal: AbortSignal) => Promise<WorkResult>;
  /** Keys worked on at the same time. Default 8. */
  readonly workers?: number;
  /** Delays between tries of a key that fails. Default 20 ms doubling to 30 s. */
  readonly backoff?: Backoff;
  readonly onFailure?: (key: string, error: unknown, retryInMs: number | undefined) => void;
  /** How long `stop` waits for work under way before it aborts it. Default 5 s. */
  readonly drainMs?: number;
  /** Default 10 s. */
  readonly backMaxWaitMs?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
}

export interface WorkQueue {
  /** Queues a key. A key that waits already stays once; one that is being worked on is worked on again afterwards. */
  add(key: string, lane?: Lane): void;
  /** Queues a key after a delay, unless it is to come earlier anyway. */
  addAfter(key: string, ms: number): void;
  /** Keys that wait, are being worked on, or wait for a retry. */
  readonly depth: number;
  /** Starts the workers; keys added before are kept. */
  start(): void;
  /** Refuses new keys, finishes what waits without retries, and returns when nothing runs any more. */
  stop(): Promise<void>;
}

/** The delay that an overloaded API server asked for, ms. */
function retryAfter(error: unknown): number | undefined {
  return error instanceof ApiError ? error.retryAfterMs : undefined;
}

function earlierLane(lane: Lane, other: Lane | undefined): Lane {
  return other !== undefined && LANES.indexOf(other) <= LANES.indexOf(lane) ? other : lane;
}

const DEFAULT_BACKOFF: Backoff = { baseMs: 20, capMs: 30_000 };
/** How long keys are taken without a pause for sockets and timers, ms. */
const TURN_MS = 10;

interface Timer {
  readonly at: number;
  readonly cancel: () => void;
}

class KeyedWorkQueue implements WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #clock: Clock;
  readonly #workers: number;
  /** Waiting keys in order of arrival, with the time when they came. */
  readonly #waiting: Readonly<Record<Lane, Map<string, number>>> = { front: new Map(), middle: new Map(), back: new Map() };
  readonly #running = new Set<string>();
  /** Keys added while they were being worked on. */
  readonly #again = new Map<string, Lane>();
  readonly #timers = new Map<string, Timer>();
  readonly #attempts = new Map<string, number>();
  readonly #abort = new AbortController();
  #tookBack = false;
  #state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  #drained: (() => void) | undefined;
  /** When the present turn of the event loop has been used enough; undefined before it takes a key. */
  #turnEnds: number | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#workers = options.workers ?? 8;
  }

  get depth(): number {
    return this.#waitingSize + this.#running.size + this.#timers.size;
  }

  get #waitingSize(): number {
    return LANES.reduce((sum, lane) => sum + this.#waiting[lane].size, 0);
  }

  add(key: string, lane: Lane = 'front'): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    this.#cancelTimer(key);
    this.#enqueue(key, lane);
    this.#fill();
  }

  addAfter(key: string, ms: number): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    const at = this.#clock.monotonic() + ms;
    const standing = this.#timers.get(key);
    if (this.#waiting.front.has(key) || (standing !== undefined && standing.at <= at)) return;
    standing?.cancel();
    const cancel = this.#clock.schedule(() => {
      this.#timers.delete(key);
      this.add(key);
    }, ms);
    this.#timers.set(key, { at, cancel });
  }

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.#fill();
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    const wasRunning = this.#state === 'running';
    this.#state = 'stopping';
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#again.clear();
    if (!wasRunning) this.#clearWaiting();
    await this.#drain();
    this.#state = 'stopped';
  }

  async #drain(): Promise<void> {
    if (this.#running.size === 0 && this.#waitingSize === 0) return;
    const cancel = this.#clock.schedule(() => {
      this.#clearWaiting();
      this.#abort.abort(new Error(`Work queue "${this.#options.name}" was stopped`));
      if (this.#running.size === 0) this.#drained?.();
    }, this.#options.drainMs ?? 5_000);
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    cancel();
  }

  #clearWaiting(): void {
    for (const lane of LANES) this.#waiting[lane].clear();
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
  }

  #enqueue(key: string, lane: Lane): void {
    if (this.#running.has(key)) {
      this.#again.set(key, earlierLane(lane, this.#again.get(key)));
      return;
    }
    const standing = LANES.find((one) => this.#waiting[one].has(key));
    if (standing === earlierLane(lane, standing)) return;
    if (standing !== undefined) this.#waiting[standing].delete(key);
    this.#waiting[lane].set(key, this.#clock.monotonic());
  }

  #take(): string | undefined {
    const { front, middle, back } = this.#waiting;
    const [backKey, since] = back.entries().next().value ?? [];
    const overdue = since !== undefined && this.#clock.monotonic() - since > (this.#options.backMaxWaitMs ?? 10_000);
    const frontKey = front.keys().next().value ?? middle.keys().next().value;
    const key = overdue && !this.#tookBack ? backKey : (frontKey ?? backKey);
    if (key === undefined) return undefined;
    this.#tookBack = key === backKey;
    for (const lane of LANES) this.#waiting[lane].delete(key);
    return key;
  }

  #fill(): void {
    while ((this.#state === 'running' || this.#state === 'stopping') && this.#running.size < this.#workers) {
      const key = this.#waitingSize > 0 && this.#hasTime() ? this.#take() : undefined;
      if (key === undefined) return;
      this.#running.add(key);
      void this.#work(key);
    }
  }

  /**
   * Keys that turn out to need no I/O are finished within one turn of the event loop: thousands of them,
   * as after a restart, would keep Leases from being renewed and news from coming in.
   */
  #hasTime(): boolean {
    const now = this.#clock.monotonic();
    if (this.#turnEnds === undefined) {
      this.#turnEnds = now + TURN_MS;
      setImmediate(() => {
        this.#turnEnds = undefined;
        this.#fill();
      });
    }
    return now < this.#turnEnds;
  }

  async #work(key: string): Promise<void> {
    try {
      const result = await this.#options.process(key, this.#abort.signal);
      this.#attempts.delete(key);
      this.#finish(key);
      if (result !== 'done') this.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      this.#finish(key);
      this.#fail(key, error);
    }
    this.#fill();
    if (this.#running.size === 0 && this.#waitingSize === 0) this.#drained?.();
  }

  /** Frees the key; what was added meanwhile waits again. */
  #finish(key: string): void {
    this.#running.delete(key);
    const lane = this.#again.get(key);
    this.#again.delete(key);
    if (lane !== undefined) this.#enqueue(key, lane);
  }

  #fail(key: string, error: unknown): void {
    const attempt = this.#attempts.get(key) ?? 0;
    const delay = this.#state !== 'running' ? undefined : (retryAfter(error) ?? this.#delay(attempt));
    this.#log(key, error, attempt, delay);
    this.#options.onFailure?.(key, error, delay);
    if (delay === undefined) {
      this.#attempts.delete(key);
      return;
    }
    this.#attempts.set(key, attempt + 1);
    this.addAfter(key, delay);
  }

  /** A key that fails for hours says so now and then, not at every try. */
  #log(key: string, error: unknown, attempt: number, retryInMs: number | undefined): void {
    const level = retryInMs === undefined || attempt % 10 === 0 ? 'warn' : 'debug';
    this.#options.logger?.[level](`Cannot process ${this.#options.name}`, { key, error, attempt, retryInMs });
  }

  #delay(attempt: number): number {
    return backoffDelay(attempt, this.#options.backoff ?? DEFAULT_BACKOFF, this.#options.random);
  }
}

/**
 * A level-driven queue of keys: it holds no payload, coalesces, retries each key by itself with capped
 * exponential backoff and jitter, and adds no delay and no rate limit to what succeeds.
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  return new KeyedWorkQueue(options);
}
