import { resources } from '../api/resources.ts';
import type { Lease } from '../api/types/index.ts';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { abortWith } from '../base/lifecycle.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { isAlreadyExists, isConflict } from './api-error.ts';
import type { Draft, KubeClient } from './client.ts';
import { microTime } from './micro-time.ts';

export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique per process: the pod's UID. */
  readonly identity: string;
  /** Others take over after the Lease stood still for so long. Default 15 s. */
  readonly leaseDurationMs?: number;
  /** The leader gives up after so long without a successful renewal; shorter than the lease. Default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Between two tries, for leader and candidates. Default 2 s. */
  readonly retryMs?: number;
  /** The same for candidates, where they shall look more often than the leader renews. */
  readonly contendMs?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
}

export interface LeaderElector {
  readonly isLeader: boolean;
  /** Who holds the Lease as far as it is known. */
  readonly leader: string | undefined;
  /**
   * Contends for the Lease until the signal fires. While it is held, `onLeading` runs once, with a signal
   * that fires when the lead is lost; after that it contends again. Returns after the Lease is released,
   * also when `onLeading` returns; throws what `onLeading` throws.
   */
  run(onLeading: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** What was last seen of the Lease, and when, by our own monotonic clock. */
interface Observation {
  readonly lease: Lease;
  readonly at: number;
}

/** A release leaves a Lease that anybody may take at once. */
const RELEASED_SECONDS = 1;

class LeaseElector implements LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #durationMs: number;
  readonly #retryMs: number;
  readonly #renewDeadlineMs: number;
  #observed: Observation | undefined;
  #isLeader = false;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#durationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
    if (this.#renewDeadlineMs >= this.#durationMs) throw new RangeError('Cannot elect a leader: renewDeadlineMs must be shorter than leaseDurationMs');
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  get leader(): string | undefined {
    return this.#observed?.lease.spec?.holderIdentity || undefined;
  }

  async run(onLeading: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!(await this.#acquire(signal))) return;
      const ended = await this.#lead(onLeading, signal);
      if (ended === 'done') return;
    }
  }

  /** False when the signal fired first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#tryHold(signal)) return true;
      await this.#pause(signal, this.#options.contendMs);
    }
    return false;
  }

  async #lead(onLeading: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<'done' | 'lost'> {
    this.#isLeader = true;
    this.#logger.info('Became the leader', { lease: this.#options.name });
    const lead = new AbortController();
    const renewing = new AbortController();
    const release = abortWith(lead, signal);
    const renewal = this.#keepRenewing(renewing.signal).then((end) => {
      if (end === 'lost') lead.abort(new Error('The lead was lost'));
      return end;
    });
    try {
      // the Lease is kept while the work winds down, so that two never work at the same time
      await onLeading(lead.signal).catch((error: unknown) => {
        if (!lead.signal.aborted) throw error;
      });
    } finally {
      renewing.abort(new Error('The work is over'));
      release();
      this.#isLeader = false;
      if ((await renewal) === 'held') await this.#release();
    }
    return (await renewal) === 'lost' && !signal.aborted ? 'lost' : 'done';
  }

  async #keepRenewing(signal: AbortSignal): Promise<'held' | 'lost'> {
    let renewedAt = this.#clock.monotonic();
    while (!signal.aborted) {
      await this.#pause(signal);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
      if (signal.aborted) break;
      if (await this.#renewBefore(renewedAt + this.#renewDeadlineMs, signal)) renewedAt = this.#clock.monotonic();
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
      else if (this.#isTaken() || this.#clock.monotonic() - renewedAt >= this.#renewDeadlineMs) return signal.aborted ? 'held' : this.#lost();
    }
    return 'held';
  }

  /** One renewal that may not hang past the deadline, when others may take over. */
  async #renewBefore(deadline: number, signal: AbortSignal): Promise<boolean> {
    const attempt = new AbortController();
    const release = abortWith(attempt, signal);
    const cancel = this.#clock.schedule(() => attempt.abort(new Error('The renewal took too long')), Math.max(0, deadline - this.#clock.monotonic()));
    try {
      return await this.#tryHold(attempt.signal);
    } finally {
      cancel();
      release();
    }
  }

  #lost(): 'lost' {
    this.#isLeader = false;
    this.#logger.warn('Lost the lead', { lease: this.#options.name, leader: this.leader });
    return 'lost';
  }

  #isTaken(): boolean {
    return this.leader !== undefined && this.leader !== this.#options.identity;
  }

  /** Whether the Lease is ours after this try. Never throws: trouble means that it is not. */
  async #tryHold(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, identity } = this.#options;
    try {
      const standing = await client.find(resources.leases, name, namespace, { signal });
      if (standing === undefined) {
        const spec = this.#spec(0, microTime(this.#clock.now()));
        this.#observe(await client.create(resources.leases, { metadata: { name, namespace }, spec }, { signal }));
        return true;
      }
      this.#observe(standing);
      if (!this.#mayTake(standing)) return false;
      this.#observe(await client.update(resources.leases, this.#claim(standing), { signal }));
      return true;
    } catch (error) {
      const lostRace = isConflict(error) || isAlreadyExists(error);
      if (!lostRace && !signal.aborted) this.#logger.warn('Cannot contend for a Lease', { lease: `${namespace}/${name}`, identity, error });
      return false;
    }
  }

  #observe(lease: Lease): void {
    if (lease.metadata.resourceVersion === this.#observed?.lease.metadata.resourceVersion) return;
    this.#observed = { lease, at: this.#clock.monotonic() };
  }

  /** Expiry is judged by how long *we* saw no change; the holder's clock may be wrong. */
  #mayTake({ spec = {} }: Lease): boolean {
    const { holderIdentity = '', leaseDurationSeconds } = spec;
    if (holderIdentity === '' || holderIdentity === this.#options.identity) return true;
    const durationMs = leaseDurationSeconds === undefined ? this.#durationMs : leaseDurationSeconds * 1000;
    return this.#observed !== undefined && this.#clock.monotonic() - this.#observed.at >= durationMs;
  }

  #claim(standing: Lease): Draft<Lease> {
    const { metadata, spec = {} } = standing;
    const isOurs = spec.holderIdentity === this.#options.identity;
    const transitions = (spec.leaseTransitions ?? 0) + (isOurs ? 0 : 1);
    const acquireTime = isOurs ? spec.acquireTime : undefined;
    return { metadata, spec: { ...spec, ...this.#spec(transitions, acquireTime ?? microTime(this.#clock.now())) } };
  }

  #spec(leaseTransitions: number, acquireTime: string): NonNullable<Lease['spec']> {
    const leaseDurationSeconds = Math.max(1, Math.ceil(this.#durationMs / 1000));
    return { holderIdentity: this.#options.identity, leaseDurationSeconds, acquireTime, renewTime: microTime(this.#clock.now()), leaseTransitions };
  }

  /** Read again first: a renewal that was cut short may have been stored all the same. */
  async #release(): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const signal = AbortSignal.timeout(this.#renewDeadlineMs);
    try {
      const held = await client.find(resources.leases, name, namespace, { signal });
      if (held?.spec?.holderIdentity !== identity) return;
      const spec = { ...held.spec, holderIdentity: '', leaseDurationSeconds: RELEASED_SECONDS, renewTime: microTime(this.#clock.now()) };
      this.#observe(await client.update(resources.leases, { metadata: held.metadata, spec }, { signal }));
    } catch (error) {
      this.#logger.warn('Cannot release a Lease; others take it when it has run out', { lease: `${namespace}/${name}`, error });
    }
  }

  /** Only the stop ends it early. Jitter keeps candidates from meeting at every try. */
  async #pause(signal: AbortSignal, ms = this.#retryMs): Promise<void> {
    const { random = Math.random } = this.#options;
    await sleep(this.#clock, ms * (1 + random() * 0.2), signal).catch(() => undefined);
  }
}

/** Leader election over a Lease, in the manner of client-go. */
export function createLeaderElector(options: LeaderElectorOptions): LeaderElector {
  return new LeaseElector(options);
}
