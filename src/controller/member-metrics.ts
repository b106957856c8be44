import { Counter, Gauge, type Registry } from 'prom-client';
import { type ControllerFigures, type ControllerMetrics, FIGURES } from './metrics.ts';

/** Figures of several controllers in one process, each with the label `member`. */
export interface MemberMetrics {
  of(member: string): ControllerMetrics;
  /** A member is gone, and its figures with it. */
  forget(member: string): void;
}

/** A counter by member and one more label. */
class MemberCounter {
  readonly #counter: Counter;
  readonly #label: string;
  readonly #seen = new Map<string, Set<string>>();

  constructor(registry: Registry, name: string, help: string, label: string) {
    this.#label = label;
    this.#counter = new Counter({ name, help, labelNames: ['member', label], registers: [registry] });
  }

  count(member: string, value: string): void {
    const values = this.#seen.get(member) ?? new Set();
    this.#seen.set(member, values.add(value));
    this.#counter.inc({ member, [this.#label]: value });
  }

  forget(member: string): void {
    for (const value of this.#seen.get(member) ?? []) this.#counter.remove({ member, [this.#label]: value });
    this.#seen.delete(member);
  }
}

export function createMemberMetrics(registry: Registry): MemberMetrics {
  const reads = new Map<string, () => ControllerFigures>();
  for (const [name, [help, value]] of Object.entries(FIGURES)) {
    new Gauge({
      name,
      help,
      labelNames: ['member'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [member, read] of reads) this.set({ member }, value(read()));
      },
    });
  }
  const failures = new MemberCounter(registry, 'mcs_reconcile_failures_total', 'Tries that failed', 'direction');
  const rejections = new MemberCounter(registry, 'mcs_rejections_total', "Parts of other members' records that were refused", 'reason');
  return {
    of: (member) => ({
      observe: (read) => void reads.set(member, read),
      propagated: () => undefined, // a histogram for each member would cost more than it tells
      failed: (direction) => failures.count(member, direction),
      rejected: (reason) => rejections.count(member, reason),
    }),
    forget: (member) => {
      reads.delete(member);
      failures.forget(member);
      rejections.forget(member);
    },
  };
}
