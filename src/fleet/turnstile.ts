import type { Clock } from '../base/clock.ts';

/** Lets so many in at a time, in the order in which they came. */
export class Turnstile {
  readonly #clock: Clock;
  readonly #maxMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** Nobody's turn is longer than `maxMs`: whoever is stuck holds up the others no longer. */
  constructor(clock: Clock, width: number, maxMs: number) {
    this.#clock = clock;
    this.#free = width;
    this.#maxMs = maxMs;
  }

  /** Resolves when it is the caller's turn, with what ends it. */
  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isIn = true;
    const leave = (): void => {
      if (!isIn) return;
      isIn = false;
      cancel();
      this.#letIn();
    };
    const cancel = this.#clock.schedule(leave, this.#maxMs);
    return leave;
  }

  #letIn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
