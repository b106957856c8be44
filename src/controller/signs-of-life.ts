import type { Clock } from '../base/clock.ts';

interface Sign {
  readonly text: string;
  readonly seenAt: number;
}

/**
 * How long others have not changed what they write, by the own monotonic clock since a change was
 * seen, so that no clocks are compared. What is seen for the first time begins anew.
 */
export class SignsOfLife {
  readonly #clock: Clock;
  #signs = new Map<string, Sign>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes the newest sign of each; those that are not among them are forgotten. `text` is whatever
   * changes with every write. Gives the names whose sign is the same as before.
   */
  note(signs: readonly (readonly [name: string, text: string])[]): ReadonlySet<string> {
    const seenAt = this.#clock.monotonic();
    const unchanged = new Map<string, Sign>();
    for (const [name, text] of signs) {
      const before = this.#signs.get(name);
      if (before?.text === text) unchanged.set(name, before);
    }
    this.#signs = new Map(signs.map(([name, text]) => [name, unchanged.get(name) ?? { text, seenAt }]));
    return new Set(unchanged.keys());
  }

  /** Begins anew for all: it was not the others that were silent meanwhile. */
  restart(): void {
    const seenAt = this.#clock.monotonic();
    this.#signs = new Map([...this.#signs].map(([name, { text }]) => [name, { text, seenAt }]));
  }

  /** ms; 0 for one that was never seen. */
  silenceOf(name: string): number {
    const sign = this.#signs.get(name);
    return sign === undefined ? 0 : this.#clock.monotonic() - sign.seenAt;
  }
}
