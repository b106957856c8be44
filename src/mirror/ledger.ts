import type { Clock } from '../base/clock.ts';
import type { MirrorMetrics } from './metrics.ts';
import type { MirrorProblem, SourceStatus } from './status.ts';
import type { TargetKey } from './target.ts';

/** What became of a key. */
export interface Settlement {
  /** Source whose Service the mirror shows as it shall be; undefined where there is none. */
  readonly source?: string | undefined;
  /** Source whose Service waits for its namespace, as a normal state. */
  readonly waitsOf?: string | undefined;
  readonly problems: readonly MirrorProblem[];
  /** Objects written or deleted. */
  readonly writes: number;
}

/** Lags of so many changes are remembered for each source. */
const REMEMBERED = 100;

export type Backlog = Pick<SourceStatus, 'pending' | 'oldestPendingSeconds'>;

/** What waits, what stands and what is amiss, by key; and how long changes took. */
export class Ledger {
  readonly #clock: Clock;
  readonly #metrics: Pick<MirrorMetrics, 'lag'>;
  /** When the first event of a change that is not written yet came, and of which source. */
  readonly #changes = new Map<TargetKey, { readonly source: string; readonly at: number }>();
  readonly #mirrored = new Map<TargetKey, string>();
  readonly #waiting = new Map<TargetKey, string>();
  readonly #problems = new Map<TargetKey, readonly MirrorProblem[]>();
  readonly #lags = new Map<string, number[]>();

  constructor(clock: Clock, metrics: Pick<MirrorMetrics, 'lag'>) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** A source says something new of what is behind a mirror. */
  changed(key: TargetKey, source: string): void {
    if (!this.#changes.has(key)) this.#changes.set(key, { source, at: this.#clock.monotonic() });
  }

  /** A change that came while the key was worked on waits on: `since` is when that work began, by the monotonic clock. */
  settle(key: TargetKey, { source, waitsOf, problems, writes }: Settlement, since: number): readonly MirrorProblem[] {
    const change = this.#changes.get(key);
    if (change !== undefined && change.at <= since) {
      this.#changes.delete(key);
      if (writes > 0) this.#noteLag(change.source, this.#clock.monotonic() - change.at);
    }
    setOrDelete(this.#mirrored, key, source);
    setOrDelete(this.#waiting, key, waitsOf);
    return this.note(key, problems);
  }

  /** What is amiss with a key, in place of what was before. Gives what is new of it. */
  note(key: TargetKey, problems: readonly MirrorProblem[]): readonly MirrorProblem[] {
    const before = this.#problems.get(key) ?? [];
    if (problems.length === 0) this.#problems.delete(key);
    else this.#problems.set(key, problems);
    return problems.filter((problem) => !before.some((each) => each.reason === problem.reason && each.service === problem.service && each.message === problem.message));
  }

  /** Keys with trouble. */
  troubled(): TargetKey[] {
    return [...this.#problems.keys()];
  }

  problems(): MirrorProblem[] {
    return [...this.#problems.values()].flat();
  }

  mirrored(source: string): number {
    return countOf(this.#mirrored, source);
  }

  waiting(source: string): number {
    return countOf(this.#waiting, source);
  }

  backlog(source: string): Backlog {
    const times = [...this.#changes.values()].filter((change) => change.source === source).map(({ at }) => at);
    const oldest = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
    return { pending: times.length, oldestPendingSeconds: times.length === 0 ? 0 : Math.round((this.#clock.monotonic() - oldest) / 1_000) };
  }

  lag(source: string): SourceStatus['lagMs'] {
    const sorted = this.#lags.get(source)?.toSorted((a, b) => a - b) ?? [];
    const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95) };
  }

  /** A source that is no longer configured. */
  forget(source: string): void {
    this.#lags.delete(source);
    for (const [key, change] of this.#changes) if (change.source === source) this.#changes.delete(key);
  }

  #noteLag(source: string, ms: number): void {
    const lags = this.#lags.get(source) ?? [];
    lags.push(ms);
    if (lags.length > REMEMBERED) lags.shift();
    this.#lags.set(source, lags);
    this.#metrics.lag(source, ms / 1_000);
  }
}

function setOrDelete(sources: Map<TargetKey, string>, key: TargetKey, source: string | undefined): void {
  if (source === undefined) sources.delete(key);
  else sources.set(key, source);
}

function countOf(sources: ReadonlyMap<TargetKey, string>, source: string): number {
  let count = 0;
  for (const each of sources.values()) if (each === source) count += 1;
  return count;
}
