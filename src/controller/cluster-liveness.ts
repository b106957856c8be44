import type { Clock } from '../base/clock.ts';

export interface LivenessOptions {
  readonly clock: Clock;
  /** How long an unchanged Lease counts as alive, ms. */
  readonly graceMs: number;
  /**
   * How old the last sign of the broker may be, ms, for silence to count as a member's fault.
   * The sign is the own Lease's renewal coming back through the watch: it proves the whole path.
   */
  readonly evidenceMs: number;
  /** Clusters that an earlier run had withdrawn. */
  readonly withdrawn?: Iterable<string>;
  /** A cluster has become alive or silent. */
  readonly onChange: (cluster: string) => void;
}

interface Member {
  fingerprint: string | undefined;
  /** When its Lease was last seen to change, by the own monotonic clock. */
  changedAt: number;
  isServed: boolean;
}

/**
 * Which members count as alive. Judged by the own clock since the last observed change of their
 * Lease on the broker, so that no two clusters' clocks are compared. Until a Lease has been seen to
 * change, a restarted controller keeps what stands: withdrawn stays withdrawn, and what is served
 * stays so for one grace period (ruling 14).
 */
export class ClusterLiveness {
  readonly #options: LivenessOptions;
  readonly #members = new Map<string, Member>();
  readonly #withdrawnBefore: ReadonlySet<string>;
  #evidenceAt: number | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#withdrawnBefore = new Set(options.withdrawn);
  }

  /** Whether the cluster's endpoints may be served. Never seen clusters begin a grace period. */
  isServed(cluster: string): boolean {
    return this.#member(cluster).isServed;
  }

  /** How many members are withdrawn at present. */
  get silentClusters(): number {
    return [...this.#members.values()].filter(({ isServed }) => !isServed).length;
  }

  /**
   * Notes a member's Lease. `fingerprint` is whatever changes when it is renewed. The first sight of
   * a Lease proves nothing, unless it came into being while this process was watching (`isNew`).
   */
  observe(cluster: string, fingerprint: string, isNew = false): void {
    const member = this.#member(cluster);
    const hasChanged = member.fingerprint === undefined ? isNew : member.fingerprint !== fingerprint;
    member.fingerprint = fingerprint;
    if (!hasChanged) return;
    member.changedAt = this.#now();
    this.#setServed(cluster, member, true);
  }

  /** The own Lease's renewal came back: the broker is reachable, in both directions. */
  observeBroker(): void {
    const now = this.#now();
    const wasBlind = this.#evidenceAt === undefined || now - this.#evidenceAt > this.#options.evidenceMs;
    this.#evidenceAt = now;
    // others may need as long as this cluster to find the broker again, so everybody gets a new grace period
    if (wasBlind) for (const member of this.#members.values()) member.changedAt = now;
    this.#check();
  }

  /** Forgets a cluster that has left the set. */
  forget(cluster: string): void {
    this.#members.delete(cluster);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #member(cluster: string): Member {
    const known = this.#members.get(cluster);
    if (known !== undefined) return known;
    const member: Member = { fingerprint: undefined, changedAt: this.#now(), isServed: !this.#withdrawnBefore.has(cluster) };
    this.#members.set(cluster, member);
    this.#schedule();
    return member;
  }

  #setServed(cluster: string, member: Member, isServed: boolean): void {
    if (member.isServed === isServed) return;
    member.isServed = isServed;
    this.#schedule();
    this.#options.onChange(cluster);
  }

  #check(): void {
    const now = this.#now();
    const hasEvidence = this.#evidenceAt !== undefined && now - this.#evidenceAt <= this.#options.evidenceMs;
    for (const [cluster, member] of this.#members) {
      if (hasEvidence && member.isServed && now - member.changedAt >= this.#options.graceMs) this.#setServed(cluster, member, false);
    }
    this.#schedule();
  }

  /** Without recent evidence no timer runs; the next evidence checks again. */
  #schedule(): void {
    this.stop();
    const served = [...this.#members.values()].filter(({ isServed }) => isServed);
    if (served.length === 0) return;
    const now = this.#now();
    const waits = served.map(({ changedAt }) => changedAt + this.#options.graceMs - now).filter((wait) => wait > 0);
    if (waits.length === 0) return;
    this.#cancelTimer = this.#options.clock.schedule(() => {
      this.#cancelTimer = undefined;
      this.#check();
    }, Math.min(...waits));
  }
}
