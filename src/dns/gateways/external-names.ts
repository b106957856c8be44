import { specialRangeOf } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import { type Logger, silentLogger } from '../../base/log.ts';
import { type Backoff, backoffDelay } from '../../base/retry.ts';
import type { ExternalAnswer, ExternalLookup } from './external-lookup.ts';
import type { TargetKeeper } from './gateway-index.ts';
import { MAX_ADDRESSES } from './name-view.ts';

/** An answer, and how long it may be kept, s. */
export interface TimedAnswer {
  readonly answer: ExternalAnswer;
  readonly ttl: number;
}

export interface ExternalNamesOptions {
  readonly lookup: ExternalLookup;
  /** Whether a name lies in a zone of ours: asking others for it could come back here. */
  readonly isInside: (name: string) => boolean;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly random?: () => number;
  /** Told of each end of a lookup. */
  readonly onLookup?: (outcome: LookupOutcome) => void;
}

export type LookupOutcome = ExternalAnswer['kind'] | 'failed';

/** Bounds of the life of an answer, s; and of one that says "no", which says nothing of its own. */
const MIN_TTL = 5;
const MAX_TTL = 300;
const NEGATIVE_TTL = 30;
/** An answer is asked for again when so much of its life has passed. */
const REFRESH_AT = 0.8;
/** A name that nobody has asked for so long is refreshed as seldom, ms. */
const QUIET_MS = 600_000;
/** How long after its life an answer is served while nobody else answers, ms (RFC 8767 section 5). */
const MAX_STALE_MS = 86_400_000;
/** Life of such an answer, s (RFC 8767 section 4), and of one that is being looked up after a quiet time. */
const STALE_TTL = 30;
const QUIET_TTL = 1;
const BACKOFF: Backoff = { baseMs: 1_000, capMs: 60_000 };
/** Lookups at a time: what others publish must not flood the cluster's own DNS. */
const MAX_LOOKUPS = 32;
const FAMILIES: readonly IpFamily[] = ['IPv4', 'IPv6'];

/** One name in one family. */
interface Entry {
  readonly name: string;
  readonly family: IpFamily;
  answer: ExternalAnswer | undefined;
  /** Monotonic, ms. */
  freshUntil: number;
  askedAt: number;
  /** In a row. */
  failures: number;
  isLooking: boolean;
  /** Cancels the next lookup; undefined where none is planned. */
  cancel: (() => void) | undefined;
}

/**
 * Addresses of names that records lead to and that others know, looked up in the background: as
 * soon as a record names them, and again before each answer has reached its end.
 */
export class ExternalNames implements TargetKeeper {
  readonly #options: ExternalNamesOptions;
  readonly #logger: Logger;
  /** By name, with the number of records that lead there. */
  readonly #kept = new Map<string, { count: number; readonly entries: Readonly<Record<IpFamily, Entry>> }>();
  /** To be looked up as soon as others have ended, the first first. */
  readonly #waiting = new Set<Entry>();
  #looking = 0;
  #isClosed = false;

  constructor(options: ExternalNamesOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  keep(name: string): void {
    const kept = this.#kept.get(name);
    if (kept !== undefined) {
      kept.count += 1;
      return;
    }
    const entryOf = (family: IpFamily): Entry => ({ name, family, answer: undefined, freshUntil: 0, askedAt: this.#options.clock.monotonic(), failures: 0, isLooking: false, cancel: undefined });
    const entries = { IPv4: entryOf('IPv4'), IPv6: entryOf('IPv6') };
    this.#kept.set(name, { count: 1, entries });
    for (const family of FAMILIES) this.#lookUp(entries[family]);
  }

  drop(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    kept.count -= 1;
    if (kept.count > 0) return;
    this.#kept.delete(name);
    for (const family of FAMILIES) {
      kept.entries[family].cancel?.();
      this.#waiting.delete(kept.entries[family]);
    }
  }

  /** What is known of a kept name. Undefined until somebody has answered, and when that is too long ago. */
  find(name: string, family: IpFamily): TimedAnswer | undefined {
    const entry = this.#kept.get(name)?.entries[family];
    if (entry === undefined) return undefined;
    const now = this.#options.clock.monotonic();
    entry.askedAt = now;
    const left = entry.freshUntil - now;
    if (entry.answer !== undefined && left > 0) return { answer: entry.answer, ttl: Math.ceil(left / 1000) };
    if (entry.failures === 0 || entry.cancel === undefined) this.#lookUp(entry); // else the next try is planned
    if (entry.answer === undefined || left < -MAX_STALE_MS) return undefined;
    return { answer: entry.answer, ttl: entry.failures > 0 ? STALE_TTL : QUIET_TTL };
  }

  /** Names outside, once per family, by what is known of them. */
  states(): Readonly<Record<'fresh' | 'stale' | 'unknown', number>> {
    const now = this.#options.clock.monotonic();
    const counts = { fresh: 0, stale: 0, unknown: 0 };
    for (const [name, { entries }] of this.#kept) {
      if (this.#options.isInside(name)) continue;
      for (const family of FAMILIES) counts[stateOf(entries[family], now)] += 1;
    }
    return counts;
  }

  /** Ends all lookups, now and later. */
  close(): void {
    this.#isClosed = true;
    for (const { entries } of this.#kept.values()) {
      for (const family of FAMILIES) entries[family].cancel?.();
    }
    this.#kept.clear();
    this.#waiting.clear();
    this.#options.lookup.close();
  }

  #lookUp(entry: Entry): void {
    if (this.#isClosed || entry.isLooking) return;
    entry.cancel?.();
    entry.cancel = undefined;
    if (this.#options.isInside(entry.name)) return;
    this.#waiting.add(entry);
    this.#lookUpNext();
  }

  #lookUpNext(): void {
    for (const entry of this.#waiting) {
      if (this.#looking === MAX_LOOKUPS) return;
      this.#waiting.delete(entry);
      this.#looking += 1;
      entry.isLooking = true;
      this.#options.lookup.lookUp(entry.name, entry.family).then(
        (answer) => this.#take(entry, screen(answer)),
        (error: unknown) => this.#fail(entry, error),
      );
    }
  }

  #take(entry: Entry, answer: ExternalAnswer): void {
    this.#options.onLookup?.(answer.kind);
    const ttl = answer.kind === 'addresses' ? Math.min(MAX_TTL, Math.max(MIN_TTL, answer.ttl)) : NEGATIVE_TTL;
    const now = this.#options.clock.monotonic();
    Object.assign(entry, { answer, failures: 0, freshUntil: now + ttl * 1000 });
    const isQuiet = now - entry.askedAt > QUIET_MS;
    this.#planNext(entry, isQuiet ? QUIET_MS : ttl * 1000 * REFRESH_AT);
  }

  #fail(entry: Entry, error: unknown): void {
    this.#options.onLookup?.('failed');
    if (entry.failures === 0 && !this.#isClosed) this.#logger.warn('Cannot look up where a record leads', { name: entry.name, family: entry.family, error });
    entry.failures += 1;
    this.#planNext(entry, backoffDelay(entry.failures - 1, BACKOFF, this.#options.random));
  }

  #planNext(entry: Entry, ms: number): void {
    entry.isLooking = false;
    this.#looking -= 1;
    this.#lookUpNext();
    if (this.#kept.get(entry.name)?.entries[entry.family] !== entry) return; // nothing leads there any more
    entry.cancel = this.#options.clock.schedule(() => this.#lookUp(entry), ms);
  }
}

/** What no slice may have, or no more than it can, a name does not bring in either: loopback and link-local addresses would mean whoever asks. */
function screen(answer: ExternalAnswer): ExternalAnswer {
  if (answer.kind !== 'addresses') return answer;
  const addresses = answer.addresses.filter((address) => specialRangeOf(address) === undefined).slice(0, MAX_ADDRESSES);
  return addresses.length === 0 ? { kind: 'noData' } : { ...answer, addresses };
}

function stateOf({ answer, freshUntil }: Entry, now: number): 'fresh' | 'stale' | 'unknown' {
  if (answer === undefined) return 'unknown';
  return freshUntil > now ? 'fresh' : 'stale';
}
