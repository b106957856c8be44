import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { abortWith } from '../base/lifecycle.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import type { KubeClient } from './client.ts';
import { HeldLease } from './held-lease.ts';

export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique per process: the pod's UID. */
  readonly identity: string;
  /** Others take over after they saw the Lease stand still for so long. Default 15 s. */
  readonly leaseDurationMs?: number;
  /** The leader gives up after so long without a successful renewal, and no try takes longer; shorter than the lease. Default 10 s. */
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
  /** Whether the Lease is held beyond doubt: never longer than the deadline after the last renewal, by the clock. */
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

class LeaseElector implements LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lease: HeldLease;
  readonly #retryMs: number;
  readonly #renewDeadlineMs: number;
  #isLeader = false;
  #renewedAt = 0;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    const durationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
    if (this.#renewDeadlineMs >= durationMs) throw new RangeError('Cannot elect a leader: renewDeadlineMs must be shorter than leaseDurationMs');
    const { client, namespace, name, identity } = options;
    this.#lease = new HeldLease({ client, namespace, name, identity, durationMs, clock: this.#clock });
  }

  get isLeader(): boolean {
    return this.#isLeader && this.#clock.monotonic() - this.#renewedAt < this.#renewDeadlineMs;
  }

  get leader(): string | undefined {
    return this.#lease.holder;
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
      // a request that hangs must not outlast the outage that it hangs in
      if (await this.#tryBefore(this.#clock.monotonic() + this.#renewDeadlineMs, signal)) return true;
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
    while (!signal.aborted) {
      await this.#pause(signal);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
      if (signal.aborted) break;
      const deadline = this.#renewedAt + this.#renewDeadlineMs;
      const isHeld = await this.#tryBefore(deadline, signal);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may be aborted during the await
      if (!isHeld && (this.#lease.isTaken || this.#clock.monotonic() >= deadline)) return signal.aborted ? 'held' : this.#lost();
    }
    return 'held';
  }

  /** Whether the Lease is ours after this try, which may not take longer. Never throws: trouble means that it is not. */
  async #tryBefore(deadline: number, signal: AbortSignal): Promise<boolean> {
    const { namespace, name, identity } = this.#options;
    const attempt = new AbortController();
    const release = abortWith(attempt, signal);
    const begunAt = this.#clock.monotonic();
    const cancel = this.#clock.schedule(() => attempt.abort(new Error('The API server took too long')), Math.max(0, deadline - begunAt));
    try {
      const isHeld = await this.#lease.tryHold(attempt.signal);
      // from the begin of the try on, since others count from when the API server stored it
      if (isHeld) this.#renewedAt = begunAt;
      return isHeld;
    } catch (error) {
      if (!signal.aborted) this.#logger.warn('Cannot contend for a Lease', { lease: `${namespace}/${name}`, identity, error });
      return false;
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

  async #release(): Promise<void> {
    const { namespace, name } = this.#options;
    try {
      await this.#lease.release(AbortSignal.timeout(this.#renewDeadlineMs));
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
