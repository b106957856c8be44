import { type Clock, sleep, systemClock } from './clock.ts';

export interface Backoff {
  /** Delay before the first retry, ms. */
  readonly baseMs: number;
  /** No delay is longer than this, ms. */
  readonly capMs: number;
}

/**
 * Delay before retry `attempt` (0 is the first): exponential up to the cap, with the upper half
 * random, so that clients that failed together do not come back together.
 */
export function backoffDelay(attempt: number, { baseMs, capMs }: Backoff, random: () => number = Math.random): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (random() * full) / 2;
}

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Tries in all, the first included. */
  readonly attempts: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Whether a failure is worth another try; all are by default. */
  readonly isTransient?: (error: unknown) => boolean;
  /** A delay that the failure itself asks for (Retry-After), ms. */
  readonly delayOf?: (error: unknown) => number | undefined;
}

/** Calls `operation` until it succeeds, fails for good, or runs out of tries; then throws the last error. */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock = systemClock, isTransient = () => true, signal } = options;
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      if (signal?.aborted || attempt + 1 >= options.attempts || !isTransient(error)) throw error;
      await sleep(clock, options.delayOf?.(error) ?? backoffDelay(attempt, options.backoff), signal);
    }
  }
}
