import type { Clock } from '../base/clock.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';

/** When something that is done again and again is due: steadily while it goes well, sooner after failures, at once when asked for. */
export class Schedule {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #backoff: Backoff;
  /** By the monotonic clock. */
  #dueAt = -Infinity;
  #failures = 0;
  #isRunning = false;

  constructor(clock: Clock, intervalMs: number, backoff: Backoff) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#backoff = backoff;
  }

  get isDue(): boolean {
    return this.delay === 0;
  }

  /** Until it is due, ms. */
  get delay(): number {
    return Math.max(0, this.#dueAt - this.#clock.monotonic());
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** It is due now; if it is under way, once more after that. */
  hasten(): void {
    this.#dueAt = -Infinity;
  }

  begin(): void {
    this.#isRunning = true;
    // what began together shall not go on together
    this.#dueAt = this.#clock.monotonic() + backoffDelay(0, { baseMs: this.#intervalMs, capMs: this.#intervalMs });
  }

  end(isWell: boolean): void {
    this.#isRunning = false;
    const retry = backoffDelay(this.#failures, this.#backoff);
    this.#failures = isWell ? 0 : this.#failures + 1;
    if (!isWell) this.#dueAt = Math.min(this.#dueAt, this.#clock.monotonic() + retry);
  }
}

/** A wait of a loop that others may end early. */
export class Pause {
  readonly #clock: Clock;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      const cancel = this.#clock.schedule(resolve, ms);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  end(): void {
    this.#wake?.();
  }
}
