import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { type Backoff, backoffDelay } from '../../base/retry.ts';

export interface KeyLoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reconcile: (key: string) => void;
}

export interface KeyLoop {
  add(key: string): void;
  stop(): void;
}

/** The API server lives in the same process: give way to requests after this long. */
const SLICE_MS = 5;
const BACKOFF: Backoff = { baseMs: 50, capMs: 10_000 };

/**
 * A queue of keys for synchronous reconcilers. Keys are taken up after the current request, once
 * however often they were added; one that fails is tried again later by itself.
 */
export function createKeyLoop({ name, clock, logger, reconcile }: KeyLoopOptions): KeyLoop {
  const waiting = new Set<string>();
  const attempts = new Map<string, number>();
  const retries = new Set<() => void>();
  let scheduled: NodeJS.Immediate | undefined;
  let stopped = false;

  const add = (key: string): void => {
    if (stopped) return;
    waiting.add(key);
    scheduled ??= setImmediate(drain);
  };
  const retryLater = (key: string, error: unknown): void => {
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1);
    logger.warn(`Cannot reconcile ${name}`, { key, error, attempt });
    const cancel = clock.schedule(() => {
      retries.delete(cancel);
      add(key);
    }, backoffDelay(attempt, BACKOFF));
    retries.add(cancel);
  };
  const drain = (): void => {
    scheduled = undefined;
    const end = clock.monotonic() + SLICE_MS;
    for (const key of waiting) {
      waiting.delete(key);
      try {
        reconcile(key);
        attempts.delete(key);
      } catch (error) {
        retryLater(key, error);
      }
      if (clock.monotonic() >= end) break;
    }
    if (waiting.size > 0) scheduled ??= setImmediate(drain);
  };
  return {
    add,
    stop: () => {
      stopped = true;
      if (scheduled !== undefined) clearImmediate(scheduled);
      for (const cancel of retries) cancel();
      retries.clear();
      waiting.clear();
    },
  };
}
