/** Gives what was made under a key, and makes it the first time. */
export function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/**
 * What several checks of one run look at, read for all of them by the first that asks. A reading that
 * fails fails for all: no check may take what is not known for what is not there.
 */
export class ReadOnce {
  readonly #readings = new Map<string, Promise<unknown>>();

  /** `name` stands for the question; those who ask it under one name must mean the same reading. */
  get<Found>(name: string, read: () => Promise<Found>): Promise<Found> {
    return once(this.#readings, name, read) as Promise<Found>;
  }

  /** Resolves when no reading is under way any more, also of those whose results nobody waits for: pods are removed by then. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#readings.values());
  }
}
