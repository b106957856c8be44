import { isDeepStrictEqual } from 'node:util';
import { untilAborted } from '../base/lifecycle.ts';
import { EventReporter } from '../kube/event-reporter.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import { Handover } from './handover.ts';
import { Ledger } from './ledger.ts';
import type { MirrorOptions } from './mirror-options.ts';
import { Namespaces } from './namespaces.ts';
import { ProblemReport } from './problem-report.ts';
import { Reconciler } from './reconciler.ts';
import type { MirrorSettings, SourceSettings } from './settings.ts';
import { NO_TARGET, targetKeyOf } from './source-caches.ts';
import { SourceSession } from './source-session.ts';
import type { Target, TargetKey } from './target.ts';

export interface MirroringOptions extends MirrorOptions {
  readonly target: Target;
  /** The status may be another. */
  readonly onStatus: () => void;
}

/** How long the target may take to list Endpoints, ms. Without that, those that stand are found one by one. */
const ENDPOINTS_MS = 10_000;

/** Everything that only the active process does, from winning the lead to losing it. */
export class Mirroring {
  readonly reconciler: Reconciler;
  readonly ledger: Ledger;
  readonly namespaces: Namespaces;
  readonly #options: MirroringOptions;
  readonly #abort = new AbortController();
  #settings: MirrorSettings;
  /** In the order of the settings. */
  #sessions: readonly SourceSession[] = [];
  /** Changes of the settings are brought about one after the other. */
  #changing: Promise<void> = Promise.resolve();
  #cancelSweep: (() => void) | undefined;
  readonly #handover: Handover;

  constructor(options: MirroringOptions) {
    const { settings, target, metrics, simulated, reportError, clock, logger } = options;
    this.#options = options;
    this.#settings = settings;
    this.ledger = new Ledger(clock, metrics);
    this.#handover = new Handover({ target, onLetGo: (source) => this.reconciler.enqueue(target.ownKeys(source), 'middle'), clock });
    this.namespaces = new Namespaces(target, settings.preset, logger);
    const events = new EventReporter({ client: target.client, component: FIELD_MANAGER, clock, logger });
    this.reconciler = new Reconciler({
      target,
      settings: () => this.#settings,
      sessions: () => this.#sessions,
      leaving: () => this.#handover.leaving,
      namespaces: this.namespaces,
      ledger: this.ledger,
      report: new ProblemReport({ target, events, clock, logger }),
      simulated,
      metrics,
      reportError: reportError ?? (() => undefined),
      onSettled: options.onStatus,
      clock,
      logger,
    });
  }

  get sessions(): readonly SourceSession[] {
    return this.#sessions;
  }

  /** Works until the signal fires, then finishes what has been begun. The target must have been listed. */
  async run(signal: AbortSignal): Promise<void> {
    // its sources are in place, as unknown ones, before the first key is looked at: without them all would seem to be nobody's
    this.#changing = this.#tryTake(this.#settings);
    this.reconciler.queue.start();
    await untilAborted(signal);
    this.#abort.abort(new Error('The mirror was stopped'));
    await this.#changing;
    this.#cancelSweep?.();
    this.#handover.stop();
    await Promise.all(this.#sessions.map((session) => session.stop()));
    await this.reconciler.queue.stop();
  }

  /** Takes settings up: only sources that are different are connected anew. */
  update(settings: MirrorSettings): void {
    this.#changing = this.#changing.then(() => this.#tryTake(settings));
  }

  /** Mirrors of a namespace of the target that has come or gone. */
  onNamespace(name: string): void {
    for (const { settings, caches } of this.#sessions) {
      this.reconciler.enqueue(caches.services.by('namespace', name).map((service) => targetKeyOf(settings, service)), 'middle');
    }
  }

  async #tryTake(settings: MirrorSettings): Promise<void> {
    try {
      await this.#take(settings);
    } catch (error) {
      this.#options.logger.error('Cannot take settings up', { error });
    }
  }

  async #take(settings: MirrorSettings): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const { onStatus } = this.#options;
    const before = this.#sessions;
    this.#settings = settings;
    this.#sessions = settings.sources.map((source) => before.find((session) => isDeepStrictEqual(session.settings, source)) ?? this.#session(source));
    this.#handover.hold(settings.sources.map(({ name }) => name)); // at the same moment, for keys are worked on during all that follows
    const gone = before.filter((session) => !this.#sessions.includes(session));
    await Promise.all(gone.map((session) => session.stop()));
    await this.#followEndpoints();
    for (const session of this.#sessions) if (!before.includes(session)) await session.start(this.#abort.signal);
    for (const { settings: { name } } of gone) if (!settings.sources.some((source) => source.name === name)) this.#forget(name);
    // Endpoints may tell of more
    this.#handover.hold(settings.sources.map(({ name }) => name));
    this.#handover.letGoSoon();
    this.#letGoIfListed();
    this.#scheduleSweep();
    this.#enqueueEverything();
    onStatus();
  }

  /** Also where they are no longer wanted, but some of ours stand. */
  async #followEndpoints(): Promise<void> {
    const { target, logger } = this.#options;
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(ENDPOINTS_MS)]);
    const isNeeded = this.#settings.endpoints || (await target.findsEndpoints(signal));
    if (isNeeded) await target.followEndpoints(signal).catch((error: unknown) => logger.warn('Cannot follow Endpoints', { error }));
  }

  #letGoIfListed(): void {
    if (this.#sessions.every(({ state }) => state !== 'syncing')) this.#handover.letGo();
  }

  #forget(source: string): void {
    this.ledger.forget(source);
    this.#options.metrics.forget(source);
  }

  #session(settings: SourceSettings): SourceSession {
    const { connectSource, target, metrics, reportError, onStatus, clock, logger } = this.#options;
    const { name } = settings;
    const session: SourceSession = new SourceSession({
      settings,
      connect: connectSource,
      targetUid: () => target.namespaces.get('kube-system')?.metadata.uid,
      targetServiceUid: (key) => target.services.get(key)?.metadata.uid,
      onKey: (key) => this.#onChange([key], name),
      onKnown: () => {
        this.#onChange(this.#keysOf(session), name, 'middle');
        this.reconciler.enqueue(target.ownKeys(name), 'middle');
        this.reconciler.enqueueUndecided();
        this.#letGoIfListed();
      },
      onBack: () => this.reconciler.enqueueUndecided(),
      onState: onStatus,
      onError: (error, isNew) => {
        metrics.sourceFailed(name);
        if (isNew) reportError?.(error, { source: name });
      },
      clock,
      logger,
    });
    return session;
  }

  #keysOf({ caches }: SourceSession): TargetKey[] {
    return caches.services.indexValues('target').filter((key) => key !== NO_TARGET);
  }

  #onChange(keys: readonly TargetKey[], source: string, lane: 'front' | 'middle' = 'front'): void {
    for (const key of keys) this.ledger.changed(key, source);
    this.reconciler.enqueue(keys, lane);
  }

  /** Every key that anything wanted or standing belongs to. */
  #enqueueEverything(): void {
    for (const session of this.#sessions) if (session.isKnown) this.reconciler.enqueue(this.#keysOf(session), 'middle');
    this.#sweep();
  }

  #scheduleSweep(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = this.#options.clock.schedule(() => {
      this.#sweep();
      this.#scheduleSweep();
    }, this.#settings.sweepSeconds * 1_000);
  }

  /** Looks at all that is ours, and at what is in trouble: what should not stand there goes, and nothing else. */
  #sweep(): void {
    this.reconciler.enqueue(this.#options.target.ownKeys(), 'middle');
    this.reconciler.enqueue(this.ledger.troubled(), 'back');
    if (this.#settings.removeNamespaces) this.reconciler.enqueue(this.namespaces.own(), 'back');
  }
}
