import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { type Check, type CheckOutcome, type CheckResult, type PairCheck, skip, type Suspect } from './check.ts';
import { findExplainers, foldLate, foldUnder, keyOf, LATE, type Located, toResult } from './fold-results.ts';
import { once } from './read-once.ts';

export interface RunChecksOptions {
  readonly signal: AbortSignal;
  /** All checks of a cluster must end by then, ms; what has not is a failed check. */
  readonly deadlineMs: number;
  readonly clock?: Clock;
  /** What is known of clusters that cannot be asked, by their names: causes for the checks of their peers. */
  readonly known?: ReadonlyMap<string, readonly CheckResult[]>;
}

/** A cluster, and what is asked about it. */
export interface Subject<Context> {
  /** No two have one. */
  readonly name: string;
  /** What its peers call it, if not by its name: several that claim one id answer for it. */
  readonly id?: string;
  readonly context: Context;
  readonly checks: readonly Check<Context>[];
}

/**
 * Runs the checks of all clusters, those that do not depend on each other in parallel. A check whose
 * cause failed, in its own cluster or in its peer, is skipped under the name of that cause, and so is
 * a finding that one of its suspects explains; one that throws fails, and so does the first of a cluster's
 * that are late. Results are by cluster, in the order of `checks` and of the peers.
 */
export async function runChecks<Context>(subjects: readonly Subject<Context>[], options: RunChecksOptions): Promise<ReadonlyMap<string, readonly CheckResult[]>> {
  const clock = options.clock ?? systemClock;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const late = sleep(clock, options.deadlineMs, signal).then(() => LATE, () => LATE);
  const run = new CheckRun(subjects, { late, signal, clock, known: options.known ?? new Map() });
  const results = await Promise.all(subjects.map(async (subject): Promise<readonly [string, readonly Located[]]> => [subject.name, foldLate(await run.resultsOf(subject))]));
  stop.abort();
  options.signal.throwIfAborted();
  const explainers = findExplainers(results.flatMap(([, ofSubject]) => ofSubject));
  return new Map(results.map(([name, ofSubject]) => [name, ofSubject.map((result) => toResult(result, explainers))]));
}

interface Limits {
  readonly late: Promise<CheckOutcome>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly known: ReadonlyMap<string, readonly CheckResult[]>;
}

/** A result before it is known whether another finding explains it. */
interface Found extends Located {
  readonly suspects?: readonly Suspect[];
}

/** A check as it is asked of a cluster, and about which other one. */
interface Asked<Context> {
  readonly subject: Subject<Context>;
  readonly check: Check<Context>;
  readonly about?: string;
}

class CheckRun<Context> {
  /** By the names that peers have for them. */
  readonly #subjects: ReadonlyMap<string, readonly Subject<Context>[]>;
  readonly #limits: Limits;
  readonly #found = new Map<string, Promise<Found>>();
  readonly #told = new Map<string, Promise<Located>>();
  /** Each check of pairs is asked once for its peers: every pair that waits for it would ask again. */
  readonly #peers = new Map<string, ReadonlySet<string>>();

  constructor(subjects: readonly Subject<Context>[], limits: Limits) {
    const calls = subjects.flatMap((subject) => [...new Set([subject.name, subject.id ?? subject.name])].map((call) => ({ call, subject })));
    this.#subjects = new Map([...Map.groupBy(calls, ({ call }) => call)].map(([call, found]) => [call, found.map(({ subject }) => subject)]));
    this.#limits = limits;
  }

  async resultsOf(subject: Subject<Context>): Promise<readonly Located[]> {
    return Promise.all(subject.checks.flatMap((check) => this.#startAll(subject, check)));
  }

  #startAll(subject: Subject<Context>, check: Check<Context>): Promise<Located>[] {
    return check.scope === 'pair' ? [...this.#peersOf(subject, check)].map((peer) => this.#tell(subject, check, peer)) : [this.#tell(subject, check)];
  }

  #peersOf(subject: Subject<Context>, check: PairCheck<Context>): ReadonlySet<string> {
    return once(this.#peers, keyOf(subject.name, check.id, undefined), () => new Set(check.peersOf(subject.context)));
  }

  /** What a check finds. Each runs once, whoever asks for it first. */
  #find(subject: Subject<Context>, check: Check<Context>, peer?: string): Promise<Found> {
    return once(this.#found, keyOf(subject.name, check.id, peer), () => this.#runOne(subject, check, peer));
  }

  /** What is told of it: a finding that another one explains is folded under that one. */
  #tell(subject: Subject<Context>, check: Check<Context>, peer?: string): Promise<Located> {
    return once(this.#told, keyOf(subject.name, check.id, peer), async () => this.#explain(await this.#find(subject, check, peer)));
  }

  async #explain({ suspects = [], ...found }: Found): Promise<Located> {
    if (found.status !== 'fail' && found.status !== 'warn') return found;
    const others = await Promise.all(suspects.flatMap(({ cluster, ids, peer }) => this.#wanted(cluster, ids, peer).map(({ subject, check, about }) => this.#find(subject, check, about))));
    const known = suspects.flatMap(({ cluster, ids }) => this.#known(cluster, ids));
    const cause = [...known, ...others].find(explains);
    if (cause === undefined) return found;
    const { fix: _fix, repairs: _repairs, evidence, ...facts } = found;
    const folded = foldUnder(cause, found.cluster);
    return { ...facts, ...folded, evidence: [...folded.evidence, ...evidence] };
  }

  /** Checks of a cluster by their ids, those of pairs for one peer where that is given; none that are not asked of it. */
  #wanted(clusterName: string, ids: readonly string[], peer?: string): readonly Asked<Context>[] {
    return (this.#subjects.get(clusterName) ?? []).flatMap((subject) => subject.checks.filter(({ id }) => ids.includes(id)).flatMap((check): readonly Asked<Context>[] => {
      if (check.scope !== 'pair') return [{ subject, check }];
      const peers = this.#peersOf(subject, check);
      return (peer === undefined ? [...peers] : [peer]).filter((about) => peers.has(about)).map((about) => ({ subject, check, about }));
    }));
  }

  /** What is known of a cluster that cannot be asked. */
  #known(clusterName: string, ids: readonly string[]): Located[] {
    if (this.#subjects.has(clusterName)) return [];
    return (this.#limits.known.get(clusterName) ?? []).filter(({ id }) => ids.includes(id)).map((result) => ({ ...result, cluster: clusterName, blocks: result.status === 'fail', isLate: false }));
  }

  /** Results that a check waits for, of a pair those of the same pair. */
  #causes(clusterName: string, ids: readonly string[], peer?: string): Promise<Located>[] {
    const told = this.#wanted(clusterName, ids, peer).map(({ subject, check, about }) => this.#tell(subject, check, about));
    return [...told, ...this.#known(clusterName, ids).map((result) => Promise.resolve(result))];
  }

  async #runOne(subject: Subject<Context>, check: Check<Context>, peer: string | undefined): Promise<Found> {
    const { late, signal, clock } = this.#limits;
    const { id, title, topic } = check;
    const facts = { cluster: subject.name, id, title, topic, ...(peer !== undefined && { peer }) };
    await Promise.resolve(); // so that this run is known before its causes are looked for
    const ofPeer = check.scope === 'pair' && peer !== undefined ? this.#causes(peer, check.peerNeeds, subject.name) : [];
    const causes = await Promise.all([...this.#causes(subject.name, check.needs, peer), ...ofPeer]);
    const cause = causes.find(({ blocks }) => blocks);
    if (cause !== undefined) return { ...facts, ...foldUnder(cause, subject.name), blocks: true, isLate: false, durationMs: 0 };
    const begun = clock.monotonic();
    // a throw before the first await counts too
    const attempt = async (): Promise<CheckOutcome> => (check.scope === 'pair' ? check.run(subject.context, signal, peer ?? '') : check.run(subject.context, signal));
    const outcome = await Promise.race([late, attempt().catch(crashedOutcome)]);
    return { ...facts, ...outcome, blocks: outcome.status === 'fail', isLate: outcome === LATE, durationMs: Math.round(clock.monotonic() - begun) };
  }
}

/** A finding that has suspects of its own is an effect itself. */
function explains({ status, causedBy, suspects = [] }: Found): boolean {
  return causedBy !== undefined || ((status === 'fail' || status === 'warn') && suspects.length === 0);
}

function crashedOutcome(error: unknown): CheckOutcome {
  if (error instanceof McsError && error.code === 'MCS_NOT_IN_ARCHIVE') return skip(error.message);
  return { status: 'fail', evidence: [`the check could not be completed: ${errorMessage(error)}`] };
}
