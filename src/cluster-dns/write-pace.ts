import type { Clock } from '../base/clock.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';

/** Writes that are further apart than this, ms, are not of one fight. */
const APART_MS = 600_000;
const REWRITE: Backoff = { baseMs: 1_000, capMs: 300_000 };

/** When the next write may be made: somebody who keeps undoing our writes is not fought at full speed. */
export class WritePace {
  readonly #clock: Clock;
  /** Writes that followed each other. */
  #rewrites = 0;
  #writtenAt: number | undefined;
  #notBefore = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Time to wait, ms; none where it is 0 or less. */
  get wait(): number {
    return this.#notBefore - this.#clock.monotonic();
  }

  /** Something was written just now. */
  note(): void {
    const now = this.#clock.monotonic();
    this.#rewrites = this.#writtenAt !== undefined && now - this.#writtenAt < APART_MS ? this.#rewrites + 1 : 0;
    this.#notBefore = now + (this.#rewrites === 0 ? 0 : backoffDelay(this.#rewrites, REWRITE));
    this.#writtenAt = now;
  }
}
