import { describeObject } from '../api/kinds.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isRefusal } from '../kube/api-error.ts';
import { createWorkQueue, type Lane, type WorkQueue, type WorkResult } from '../sync/work-queue.ts';
import { applyMirror } from './apply-mirror.ts';
import type { Ledger, Settlement } from './ledger.ts';
import type { MirrorMetrics } from './metrics.ts';
import type { Namespaces } from './namespaces.ts';
import { toTarget } from './offers.ts';
import type { ProblemReport } from './problem-report.ts';
import type { MirrorSettings } from './settings.ts';
import type { SourceSession } from './source-session.ts';
import type { MirrorProblem, MirrorProblemReason } from './status.ts';
import type { Target, TargetKey } from './target.ts';
import { planMirror, type StandingMirror, standingOriginOf } from './translate/plan-mirror.ts';
import { problemOf, type Wish, wishFor } from './wish.ts';

export interface ReconcilerOptions {
  readonly target: Target;
  readonly settings: () => MirrorSettings;
  /** In the order of the settings. */
  readonly sessions: () => readonly SourceSession[];
  /** Sources that are no longer configured, but whose mirrors stay for the moment. */
  readonly leaving: () => ReadonlySet<string>;
  readonly namespaces: Namespaces;
  readonly ledger: Ledger;
  readonly report: ProblemReport;
  /** Whether pods may have addresses on loopback. */
  readonly simulated: boolean;
  readonly metrics: MirrorMetrics;
  /** A key has been worked on. */
  readonly onSettled: () => void;
  readonly reportError: (error: unknown, about: Readonly<Record<string, string>>) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WORKERS = 32;
/** Slices and Endpoints of other people are not followed: whether they still stand in the way is looked at again, ms. */
const FOREIGN_RETRY_MS = 30_000;

/** Turns keys into writes: `namespace/name` is a mirror, a name alone is a namespace that may be empty by now. */
export class Reconciler {
  readonly queue: WorkQueue;
  readonly #options: ReconcilerOptions;
  /** Keys that could not be decided because a source was unknown. */
  readonly #undecided = new Set<TargetKey>();
  /** Keys whose failure has been reported. */
  readonly #failing = new Set<string>();

  constructor(options: ReconcilerOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.queue = createWorkQueue({
      name: 'mirror',
      workers: WORKERS,
      clock,
      logger,
      process: (key, signal) => this.#process(key, signal),
      onFailure: (key, error) => this.#onFailure(key, error),
    });
  }

  /** News goes to the front; what is only looked at again goes behind it. */
  enqueue(keys: Iterable<TargetKey>, lane: Lane = 'front'): void {
    for (const key of keys) this.queue.add(key, lane);
  }

  /** A source is known again: what waited for it is looked at. */
  enqueueUndecided(): void {
    const keys = [...this.#undecided];
    this.#undecided.clear();
    this.enqueue(keys, 'middle');
  }

  async #process(key: string, signal: AbortSignal): Promise<WorkResult> {
    this.#options.metrics.tried();
    const result = key.includes('/') ? await this.#mirror(key, signal) : await this.#removeNamespace(key, signal);
    this.#failing.delete(key);
    this.#options.onSettled();
    return result;
  }

  async #mirror(key: TargetKey, signal: AbortSignal): Promise<WorkResult> {
    const { target, settings, namespaces, clock } = this.#options;
    const since = clock.monotonic();
    const standing = this.#standing(key);
    const unknownSources = this.#unknownSources();
    const wish = this.#wish(key, standing, unknownSources);
    if (wish.isUndecided) this.#undecided.add(key);
    if (wish.isHeld) {
      this.#settle(key, { problems: wish.problems, writes: 0, source: wish.keptOf, waitsOf: wish.waitsOf }, since);
      return 'done';
    }
    const { owner } = target;
    const at = toTarget(key);
    const { offer, winner } = wish;
    const problems = [...wish.problems];
    try {
      if (offer !== undefined && namespaces.state(at.namespace) === 'missing') await namespaces.create(at.namespace, offer.source);
      const plan = planMirror({ owner, preset: settings().preset, target: at, winner, standing, writesEndpoints: settings().endpoints, unknownSources });
      const { writes, foreign } = await applyMirror(target, plan, winner !== undefined, signal);
      for (const object of foreign) problems.push(problemOf(key, offer, 'ForeignObject', foreignMessage(object)));
      if (winner === undefined && writes > 0) this.enqueue([at.namespace], 'back');
      const isMirrored = winner !== undefined && foreign.length === 0;
      this.#settle(key, { problems, writes, source: isMirrored ? offer?.source : undefined }, since, foreign);
      return foreign.some(({ kind }) => kind !== 'Service') ? { requeueAfterMs: FOREIGN_RETRY_MS } : 'done';
    } catch (error) {
      const reason = refusalOf(error);
      if (reason !== undefined) this.#tell(key, [...problems, problemOf(key, offer, reason, errorMessage(error))]);
      throw error;
    }
  }

  #standing(key: TargetKey): StandingMirror {
    const { services, slices, endpoints } = this.#options.target;
    return { service: services.get(key), slices: slices.by('service', key), endpoints: endpoints.get(key) };
  }

  #wish(key: TargetKey, standing: StandingMirror, unknownSources: ReadonlySet<string>): Wish {
    const { target, sessions, settings, namespaces, simulated } = this.#options;
    return wishFor(key, { standingOrigin: standingOriginOf(standing, target.owner), unknownSources, sessions: sessions(), settings: settings(), namespaces, simulated });
  }

  #unknownSources(): Set<string> {
    const { sessions, leaving } = this.#options;
    return new Set([...leaving(), ...sessions().filter(({ isKnown }) => !isKnown).map(({ settings }) => settings.name)]);
  }

  #settle(key: TargetKey, settlement: Settlement, since: number, foreign: readonly KubeObject[] = []): void {
    this.#options.report.tell(this.#options.ledger.settle(key, settlement, since), foreign);
  }

  #tell(key: TargetKey, problems: readonly MirrorProblem[]): void {
    this.#options.report.tell(this.#options.ledger.note(key, problems));
  }

  async #removeNamespace(name: string, signal: AbortSignal): Promise<WorkResult> {
    const { settings, sessions, namespaces } = this.#options;
    // what an unknown source wants is unknown; the sweep comes back to the namespace
    const isWanted = (): boolean => sessions().some(({ isKnown, caches }) => !isKnown || caches.services.by('namespace', name).length > 0);
    const reason = settings().removeNamespaces && !isWanted() ? await namespaces.removeIfEmpty(name, isWanted, signal) : undefined;
    this.#tell(name, reason === undefined ? [] : [{ reason: 'Refused', source: '', service: '', target: name, message: reason }]);
    return 'done';
  }

  #onFailure(key: string, error: unknown): void {
    const { metrics, onSettled, reportError } = this.#options;
    metrics.tryFailed();
    onSettled();
    if (this.#failing.has(key)) return;
    this.#failing.add(key);
    reportError(error, { target: key });
  }
}

function foreignMessage(object: KubeObject): string {
  return `${describeObject(object)} stands there, was not made by this mirror, and is left alone`;
}

/** Why an object is refused; undefined for what may pass by itself. */
function refusalOf(error: unknown): MirrorProblemReason | undefined {
  if (!isRefusal(error)) return undefined;
  return error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ? 'NamespaceTerminating' : 'Refused';
}
