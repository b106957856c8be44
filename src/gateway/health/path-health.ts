import { RoundTrips, type RoundTripFigures } from './round-trips.ts';

export interface PathHealthOptions {
  /** Whom the probes are sent to, for reasons. */
  readonly target: string;
  readonly intervalMs: number;
  /** So many intervals without an answer are an error. */
  readonly maxLost: number;
}

/** What is known of a path from its probes. */
export interface PathStatus {
  readonly state: 'connecting' | 'connected' | 'error';
  /** What was seen; empty where it is connected. */
  readonly reason: string;
  readonly sent: number;
  readonly received: number;
  /** Of the probes that have had the time to be answered, 0 to 1. */
  readonly loss: number;
  readonly roundTrips: RoundTripFigures | undefined;
}

/** A probe counts as lost after so much of the interval, so that `maxLost` of them are over before one interval more is. */
const PATIENCE = 0.75;
/** No path takes longer. */
const MAX_PATIENCE_MS = 2_000;
/** How much faster probes go while it is not clear whether the path works. */
const HASTE = 4;
/** In a row, for a path that was broken to count as mended. */
const ANSWERS_TO_RECOVER = 2;
/** Probes whose answers are still of use. */
const MAX_PENDING = 64;

/**
 * Judges one path by its probes. Pure: it is told when a probe was sent or answered, on a monotonic
 * clock. A path is broken after `maxLost` intervals in which not one probe was answered, and while
 * probes are missing they go out faster: so a loss of one packet in five does not make it flap, and a
 * break is still found in time. A process that stood still has sent nothing, so nothing is lost by it.
 */
export class PathHealth {
  readonly #options: PathHealthOptions;
  readonly #roundTrips = new RoundTrips();
  /** By sequence number, in the order of sending. */
  readonly #pending = new Map<number, { readonly sentAt: number; isLost: boolean }>();
  #sequence = 0;
  #sent = 0;
  #received = 0;
  #lost = 0;
  #state: PathStatus['state'] = 'connecting';
  /** Since the last answer. */
  #unanswered = 0;
  /** When the first of those was sent. */
  #doubtSince: number | undefined;
  #answeredAt: number | undefined;
  #answersInARow = 0;

  constructor(options: PathHealthOptions) {
    this.#options = options;
  }

  get state(): PathStatus['state'] {
    return this.#state;
  }

  /** How long a probe is waited for, ms. */
  get patienceMs(): number {
    return Math.min(this.#options.intervalMs * PATIENCE, MAX_PATIENCE_MS);
  }

  /** When the next probe is due after one that was sent now, ms. */
  get nextInMs(): number {
    const { intervalMs } = this.#options;
    const isMending = this.#state === 'error' && this.#answersInARow > 0;
    const isInDoubt = this.#unanswered > 0 && this.#state !== 'error';
    return isMending || isInDoubt ? intervalMs / HASTE : intervalMs;
  }

  /** Gives the sequence number of a probe that is sent now. */
  send(now: number): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#sent += 1;
    this.#pending.set(this.#sequence, { sentAt: now, isLost: false });
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= MAX_PENDING) break;
      this.#pending.delete(oldest);
    }
    return this.#sequence;
  }

  /** An answer came. False for one that nobody waits for. */
  receive(sequence: number, now: number): boolean {
    const probe = this.#pending.get(sequence);
    if (probe === undefined) return false;
    this.#pending.delete(sequence);
    if (probe.isLost) this.#lost -= 1; // it was only late
    this.#received += 1;
    this.#roundTrips.add(now - probe.sentAt);
    this.#answeredAt = now;
    this.#unanswered = 0;
    this.#doubtSince = undefined;
    this.#answersInARow += 1;
    if (this.#state !== 'error' || this.#answersInARow >= ANSWERS_TO_RECOVER) this.#state = 'connected';
    return true;
  }

  /** Looks at what has not been answered in time. True where the state is another one now. */
  judge(now: number): boolean {
    const before = this.#state;
    for (const probe of this.#pending.values()) {
      if (!probe.isLost && now - probe.sentAt >= this.patienceMs) this.#lose(probe);
    }
    const { intervalMs, maxLost } = this.#options;
    const silence = this.#doubtSince === undefined ? 0 : now - this.#doubtSince;
    if (this.#unanswered >= maxLost && silence >= (maxLost - 0.5) * intervalMs) this.#state = 'error';
    return this.#state !== before;
  }

  #lose(probe: { readonly sentAt: number; isLost: boolean }): void {
    probe.isLost = true;
    this.#lost += 1;
    // what was sent before the last answer came says nothing about now
    if (this.#answeredAt !== undefined && probe.sentAt < this.#answeredAt) return;
    this.#unanswered += 1;
    this.#answersInARow = 0;
    this.#doubtSince ??= probe.sentAt;
  }

  status(now: number): PathStatus {
    const counted = this.#received + this.#lost;
    return {
      state: this.#state,
      reason: this.#reason(now),
      sent: this.#sent,
      received: this.#received,
      loss: counted === 0 ? 0 : this.#lost / counted,
      roundTrips: this.#roundTrips.figures(),
    };
  }

  #reason(now: number): string {
    if (this.#state === 'connected') return '';
    const { target } = this.#options;
    const counts = `sent ${this.#sent}, received ${this.#received}`;
    const seconds = (since: number): string => `${Math.max(1, Math.round((now - since) / 1_000))} s`;
    if (this.#state === 'connecting') return `no answer from ${target} yet; ${counts}`;
    if (this.#doubtSince === undefined) return `${target} answers again, but not yet reliably; ${counts}`;
    const last = this.#answeredAt === undefined ? 'there never was one' : `last answer ${seconds(this.#answeredAt)} ago`;
    return `no answer from ${target} for ${seconds(this.#doubtSince)}; ${last}; ${counts}`;
  }
}
