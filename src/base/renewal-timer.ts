import type { Clock } from './clock.ts';
import { backoffDelay } from './retry.ts';

/** From when until when something is valid; wall clock, ms since the epoch. */
export interface Life {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface RenewalTimerOptions {
  /** Renews, and ends with `follow` of what came of it. A failure is tried again, with growing delays. */
  readonly renew: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
  readonly random?: () => number;
}

const RETRY = { baseMs: 1_000, capMs: 300_000 };
/** Longest delay that timers take, with room to spare. */
const MAX_TIMER_MS = 24 * 3_600_000;
/** What was issued at one time is not renewed at one time: each comes up to this part of the life early. */
const SPREAD = 1 / 30;
/** Where clocks differ by more than a short life, what has just been issued seems due again. */
const MIN_INTERVAL_MS = 30_000;

/** When something is to be renewed: at a third of its life, so that who renews it may be away for the rest. */
export function renewalTime({ issuedAt, expiresAt }: Life): number {
  return issuedAt + Math.max(0, expiresAt - issuedAt) / 3;
}

/** Calls `renew` when a third of a life has passed, or somewhat earlier. */
export class RenewalTimer {
  readonly #options: RenewalTimerOptions;
  #life: Life | undefined;
  #cancel: (() => void) | undefined;
  #failures = 0;
  #dueAt = 0;
  #renewedAt = -Infinity;
  #isStopped = false;

  constructor(options: RenewalTimerOptions) {
    this.#options = options;
  }

  /** The life to renew from now on; undefined where there is none. */
  follow(life: Life | undefined): void {
    this.#life = life;
    this.#failures = 0;
    this.#dueAt = life === undefined ? 0 : this.#chooseTime(life);
    this.#schedule();
  }

  /** Something was issued just now: the next time is not at once, whatever the clocks say. */
  noteIssued(): void {
    this.#renewedAt = this.#options.clock.monotonic();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #chooseTime(life: Life): number {
    const { random = Math.random, clock } = this.#options;
    const early = (1 - random()) * SPREAD * Math.max(0, life.expiresAt - life.issuedAt);
    return Math.max(renewalTime(life) - early, clock.now() + this.#renewedAt + MIN_INTERVAL_MS - clock.monotonic());
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#life === undefined || this.#isStopped) return;
    const { clock, random } = this.#options;
    const due = Math.max(0, this.#dueAt - clock.now());
    const retry = this.#failures === 0 ? 0 : backoffDelay(this.#failures - 1, RETRY, random);
    this.#cancel = clock.schedule(() => void this.#wake(), Math.min(MAX_TIMER_MS, Math.max(due, retry)));
  }

  async #wake(): Promise<void> {
    const life = this.#life;
    if (life === undefined || this.#isStopped) return;
    if (this.#options.clock.now() >= this.#dueAt) {
      await this.#options.renew().catch((error: unknown) => {
        this.#failures += 1;
        this.#options.onFailure(error);
      });
    }
    if (this.#life === life) this.#schedule();
  }
}
