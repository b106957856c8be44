import { type Clock, sleep } from '../base/clock.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';

export interface SingleFlightOptions {
  readonly name: string;
  /** One pass over the present state. Throws to be tried again. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
  readonly backoff?: Backoff;
  /** Between two passes at least, ms. */
  readonly pauseMs?: number;
}

const DEFAULT_BACKOFF: Backoff = { baseMs: 250, capMs: 15_000 };

/**
 * A piece of work that brings the world to the present state: one pass at a time, requests during a
 * pass make one more, and a failed pass is repeated, later and later. A request does not shorten a
 * delay after a failure.
 */
export class SingleFlight implements Startable {
  readonly name: string;
  readonly #options: SingleFlightOptions;
  readonly #abort = new AbortController();
  #isWanted = false;
  #wake: () => void = () => undefined;
  #loop: Promise<void> | undefined;

  constructor(options: SingleFlightOptions) {
    this.name = options.name;
    this.#options = options;
  }

  request(): void {
    this.#isWanted = true;
    this.#wake();
  }

  start(signal: AbortSignal): Promise<void> {
    if (this.#loop === undefined) {
      const release = abortWith(this.#abort, signal);
      this.#loop = this.#serve().finally(release);
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`${this.name} was stopped`));
    await this.#loop;
  }

  async #serve(): Promise<void> {
    const { clock, onFailure, run, pauseMs = 0, backoff = DEFAULT_BACKOFF } = this.#options;
    const { signal } = this.#abort;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    for (let failures = 0; ; ) {
      await this.#wanted(signal);
      if (signal.aborted) return;
      this.#isWanted = false;
      try {
        await run(signal);
        failures = 0;
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
        if (signal.aborted) return;
        failures += 1;
        this.#isWanted = true;
        onFailure(error);
      }
      const delay = failures === 0 ? pauseMs : backoffDelay(failures - 1, backoff);
      if (delay > 0) await sleep(clock, delay, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  async #wanted(signal: AbortSignal): Promise<void> {
    while (!this.#isWanted && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
