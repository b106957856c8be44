import type { Lease } from '../api/types/index.ts';

/**
 * What was seen of a Lease, and since when it has been seen to stand still. Times are of one monotonic
 * clock, ms. What happened while it could not be read is not known, so such time does not count: else
 * every candidate would find an expired Lease after an outage of the API, its living holder's too.
 */
export class LeaseObservation {
  #lease: Lease | undefined;
  #stillSince: number | undefined;
  #readAt = 0;

  /** As it was last read or written. */
  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** It was read, or written by us. */
  see(lease: Lease, now: number): void {
    if (lease.metadata.resourceVersion !== this.#lease?.metadata.resourceVersion) this.#stillSince = now;
    this.#lease = lease;
    this.#stillSince ??= now;
    this.#readAt = now;
  }

  /** It could not be read, or written. */
  miss(): void {
    this.#stillSince = undefined;
  }

  /** A try begins now. A process that stood still for `durationMs` has seen as little as one that could not read. */
  beginAt(now: number, durationMs: number): void {
    if (now - this.#readAt >= durationMs) this.miss();
  }

  /** Whether it was seen to stand still for so long. */
  hasStoodStill(durationMs: number, now: number): boolean {
    return this.#stillSince !== undefined && now - this.#stillSince >= durationMs;
  }
}
