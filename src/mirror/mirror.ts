import { errorMessage } from '../base/errors.ts';
import type { HealthState } from '../base/health.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { contend } from '../kube/contend.ts';
import { createLeaderElector, type LeaderElector } from '../kube/lease.ts';
import { describeMirror, figuresOf } from './describe-mirror.ts';
import type { MirrorOptions } from './mirror-options.ts';
import { Mirroring } from './mirroring.ts';
import { mirrorObjectName, mirrorOwner, type MirrorSettings } from './settings.ts';
import type { MirrorStatus } from './status.ts';
import { StatusWriter } from './status-writer.ts';
import { Target } from './target.ts';

/** A mirror: follows its sources, and keeps their Services in the target. */
export class Mirror implements Startable {
  readonly name = 'mirror';
  readonly #options: MirrorOptions;
  readonly #target: Target;
  readonly #elector: LeaderElector;
  readonly #abort = new AbortController();
  readonly #begunAt: number;
  #settings: MirrorSettings;
  #settingsError = '';
  #mirroring: Mirroring | undefined;
  #statusWriter: StatusWriter | undefined;
  #run: Promise<void> | undefined;

  constructor(options: MirrorOptions) {
    const { settings, targetClient: client, identity, metrics, clock, logger } = options;
    this.#options = options;
    this.#settings = settings;
    this.#begunAt = clock.now();
    this.#target = new Target({
      client,
      owner: mirrorOwner(settings.name),
      onKey: (key) => this.#mirroring?.reconciler.enqueue([key]),
      onNamespace: (name) => this.#mirroring?.onNamespace(name),
      clock,
      logger,
    });
    this.#elector = createLeaderElector({ client, namespace: settings.namespace, name: mirrorObjectName(settings.name), identity, clock, logger });
    metrics.observe(() => figuresOf(this.#target, this.#mirroring, this.#elector.isLeader));
  }

  /** Begins in the background; an API server that is away is waited for. */
  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    await this.#target.start(this.#abort.signal);
    const { clock, logger } = this.#options;
    this.#run = contend(this.#elector, (lead) => this.#lead(lead), { name: 'mirror', clock, logger, signal: this.#abort.signal });
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The mirror was stopped'));
    await this.#run;
    await this.#target.stop();
  }

  /** Takes changed settings up without a restart. Name, namespace and preset are those of the process: settings with others are refused. */
  update(settings: MirrorSettings): void {
    const fixed = (['name', 'namespace', 'preset'] as const).find((key) => settings[key] !== this.#settings[key]);
    if (fixed !== undefined) {
      this.refuse(new Error(`Cannot change the mirror's ${fixed} from "${this.#settings[fixed]}" to "${settings[fixed]}" while it runs: it takes a restart`));
      return;
    }
    this.#settings = settings;
    this.#settingsError = '';
    this.#mirroring?.update(settings);
    this.#statusWriter?.refresh();
  }

  /** Settings that were read and cannot be used: the present ones stay, and the status says why. */
  refuse(error: unknown): void {
    this.#settingsError = errorMessage(error);
    this.#options.logger.error('Cannot take settings up; the present ones stay', { error });
    this.#statusWriter?.refresh();
  }

  /** Ready means that the target is known. A source that is away does not make the mirror unready: a restart would not bring it back. */
  readiness(): HealthState {
    const waiting = this.#target.followers.filter(({ hasSynced }) => !hasSynced).map(({ name }) => name);
    if (waiting.length > 0) return { isMet: false, detail: `waiting for ${waiting.join(', ')}` };
    if (this.#mirroring === undefined) return { isMet: true, detail: `standby; active is ${this.#elector.leader ?? 'nobody yet'}` };
    const { sessions } = this.#mirroring;
    const away = sessions.filter(({ isKnown }) => !isKnown).map(({ settings, state, message }) => `source ${settings.name} is ${state}${message === '' ? '' : `: ${message}`}`);
    return { isMet: true, detail: away.length === 0 ? `${sessions.length} sources followed` : away.join('; ') };
  }

  status(): MirrorStatus {
    const { version, clock } = this.#options;
    return describeMirror({ settings: this.#settings, version, target: this.#target, mirroring: this.#mirroring, begunAt: this.#begunAt, now: clock.now(), settingsError: this.#settingsError });
  }

  async #lead(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#target.followers.map((follower) => follower.synced(signal)));
    const { targetClient: client, clock, logger } = this.#options;
    const statusWriter = new StatusWriter({ client, settings: this.#settings, read: () => this.status(), clock, logger });
    const mirroring = new Mirroring({ ...this.#options, settings: this.#settings, target: this.#target, onStatus: () => statusWriter.refresh() });
    this.#mirroring = mirroring;
    this.#statusWriter = statusWriter;
    try {
      await mirroring.run(signal);
    } finally {
      this.#mirroring = undefined;
      this.#statusWriter = undefined;
      await statusWriter.stop();
    }
  }
}
