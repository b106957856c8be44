export interface HealthState {
  readonly isMet: boolean;
  readonly detail: string;
}

/** Readiness of a process, condition by condition. */
export interface Health {
  /** Sets one condition; the process is ready when none is unmet. */
  set(condition: string, isMet: boolean, detail?: string): void;
  /** Asks for one condition whenever somebody wants to know. */
  observe(condition: string, read: () => HealthState): void;
  readonly isReady: boolean;
  /** One line per condition, as in `/readyz?verbose` of Kubernetes. */
  describe(): string;
}

/** Unready until every named condition has been met. */
export function createHealth(conditions: readonly string[]): Health {
  const states = new Map<string, () => HealthState>(conditions.map((name) => [name, () => ({ isMet: false, detail: 'not yet' })]));
  return {
    set: (condition, isMet, detail = '') => {
      states.set(condition, () => ({ isMet, detail }));
    },
    observe: (condition, read) => {
      states.set(condition, read);
    },
    get isReady() {
      return [...states.values()].every((read) => read().isMet);
    },
    describe: () => [...states].map(([name, read]) => describeState(name, read())).join('\n'),
  };
}

function describeState(name: string, { isMet, detail }: HealthState): string {
  return `[${isMet ? '+' : '-'}]${name} ${detail}`.trimEnd();
}
