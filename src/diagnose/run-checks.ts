import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { type Check, type CheckOutcome, type CheckResult, type PairCheck, skip } from './check.ts';

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
  readonly name: string;
  readonly context: Context;
  readonly checks: readonly Check<Context>[];
}

/**
 * Runs the checks of all clusters, those that do not depend on each other in parallel. A check whose
 * cause failed, in its own cluster or in its peer, is skipped under the name of that cause; one that
 * throws or is late fails. Results are by cluster, in the order of `checks` and of the peers.
 */
export async function runChecks<Context>(subjects: readonly Subject<Context>[], options: RunChecksOptions): Promise<ReadonlyMap<string, readonly CheckResult[]>> {
  const clock = options.clock ?? systemClock;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const late = sleep(clock, options.deadlineMs, signal).then(lateOutcome, () => lateOutcome());
  const run = new CheckRun(subjects, { late, signal, clock, known: options.known ?? new Map() });
  const results = await Promise.all(subjects.map(async (subject): Promise<[string, readonly CheckResult[]]> => [subject.name, await run.resultsOf(subject)]));
  stop.abort();
  options.signal.throwIfAborted();
  return new Map(results);
}

interface Limits {
  readonly late: Promise<CheckOutcome>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly known: ReadonlyMap<string, readonly CheckResult[]>;
}

/** A result, and the cluster that it is of. */
interface Located extends CheckResult {
  readonly cluster: string;
}

class CheckRun<Context> {
  readonly #subjects: ReadonlyMap<string, Subject<Context>>;
  readonly #limits: Limits;
  readonly #running = new Map<string, Promise<Located>>();
  /** Each check of pairs is asked once for its peers: every pair that waits for it would ask again. */
  readonly #peers = new Map<string, ReadonlySet<string>>();

  constructor(subjects: readonly Subject<Context>[], limits: Limits) {
    this.#subjects = new Map(subjects.map((subject) => [subject.name, subject]));
    this.#limits = limits;
  }

  async resultsOf(subject: Subject<Context>): Promise<readonly CheckResult[]> {
    const located = await Promise.all(subject.checks.flatMap((check) => this.#startAll(subject, check)));
    return located.map(({ cluster: _cluster, ...result }) => result);
  }

  #startAll(subject: Subject<Context>, check: Check<Context>): Promise<Located>[] {
    return check.scope === 'pair' ? [...this.#peersOf(subject, check)].map((peer) => this.#start(subject, check, peer)) : [this.#start(subject, check)];
  }

  #peersOf(subject: Subject<Context>, check: PairCheck<Context>): ReadonlySet<string> {
    const key = JSON.stringify([subject.name, check.id]);
    const peers = this.#peers.get(key) ?? new Set(check.peersOf(subject.context));
    this.#peers.set(key, peers);
    return peers;
  }

  /** Each check runs once, whoever asks for it first. */
  #start(subject: Subject<Context>, check: Check<Context>, peer?: string): Promise<Located> {
    const key = JSON.stringify([subject.name, check.id, peer]);
    const running = this.#running.get(key) ?? this.#runOne(subject, check, peer);
    this.#running.set(key, running);
    return running;
  }

  /** Results that a check waits for, of a pair those of the same pair; what is not asked of a cluster is no cause. */
  #find(clusterName: string, ids: readonly string[], peer?: string): Promise<Located>[] {
    const subject = this.#subjects.get(clusterName);
    if (subject === undefined) return (this.#limits.known.get(clusterName) ?? []).filter(({ id }) => ids.includes(id)).map((result) => Promise.resolve({ ...result, cluster: clusterName }));
    return ids.flatMap((id) => {
      const check = subject.checks.find((candidate) => candidate.id === id);
      if (check === undefined) return [];
      if (check.scope !== 'pair' || peer === undefined) return this.#startAll(subject, check);
      return this.#peersOf(subject, check).has(peer) ? [this.#start(subject, check, peer)] : [];
    });
  }

  async #runOne(subject: Subject<Context>, check: Check<Context>, peer: string | undefined): Promise<Located> {
    const { late, signal, clock } = this.#limits;
    const { id, title, topic } = check;
    const facts = { cluster: subject.name, id, title, topic, ...(peer !== undefined && { peer }) };
    await Promise.resolve(); // so that this run is known before its causes are looked for
    const ofPeer = check.scope === 'pair' && peer !== undefined ? this.#find(peer, check.peerNeeds, subject.name) : [];
    const causes = await Promise.all([...this.#find(subject.name, check.needs, peer), ...ofPeer]);
    const cause = causes.find((result) => result.status === 'fail' || result.causedBy !== undefined);
    if (cause !== undefined) return { ...facts, ...foldUnder(cause, subject.name), durationMs: 0 };
    const begun = clock.monotonic();
    // a throw before the first await counts too
    const attempt = async (): Promise<CheckOutcome> => (check.scope === 'pair' ? check.run(subject.context, signal, peer ?? '') : check.run(subject.context, signal));
    const outcome = await Promise.race([late, attempt().catch(crashedOutcome)]);
    return { ...facts, ...outcome, durationMs: Math.round(clock.monotonic() - begun) };
  }
}

function foldUnder(cause: Located, cluster: string): CheckOutcome & Pick<CheckResult, 'causedBy' | 'causedIn'> {
  const causedBy = cause.causedBy ?? cause.id;
  const where = cause.causedIn ?? cause.cluster;
  const isElsewhere = where !== cluster;
  return { status: 'skip', evidence: [`caused by ${causedBy}${isElsewhere ? ` in ${where}` : ''}`], causedBy, ...(isElsewhere && { causedIn: where }) };
}

function lateOutcome(): CheckOutcome {
  return { status: 'fail', evidence: ['no result before the deadline of this cluster'], fix: ['mcs diagnose all --timeout 60s'] };
}

function crashedOutcome(error: unknown): CheckOutcome {
  if (error instanceof McsError && error.code === 'MCS_NOT_IN_ARCHIVE') return skip(error.message);
  return { status: 'fail', evidence: [`the check could not be completed: ${errorMessage(error)}`] };
}
