import { resources } from '../api/resources.ts';
import type { Lease } from '../api/types/index.ts';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { backoffDelay } from '../base/retry.ts';
import { ApiError, isNotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { microTime } from './micro-time.ts';

export interface RenewLeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Who is alive: the pod's UID. */
  readonly identity: string;
  /** Labels that the Lease must carry (the broker's admission policy asks for the member's). */
  readonly labels?: Readonly<Record<string, string>>;
  /** For readers of the Lease; it has no effect here. Default 60. */
  readonly leaseDurationSeconds?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface LeaseKeeperOptions extends Omit<RenewLeaseOptions, 'signal'> {
  /** Default 20 s. */
  readonly intervalMs?: number;
  readonly logger?: Logger;
  readonly random?: () => number;
}

export interface LeaseKeeper extends Startable {
  /** When the Lease was last written, ms since the epoch. */
  readonly lastRenewedAt: number | undefined;
  /** Why the last try failed; undefined after a success. */
  readonly lastError: unknown;
}

const FIELD_MANAGER = 'mcs-lease';
const DEFAULT_INTERVAL_MS = 20_000;

/** Says once that the holder is alive: one merge patch, or a POST if the Lease is missing. Throws ApiError. */
export async function renewLease(options: RenewLeaseOptions): Promise<Lease> {
  const { client, namespace, name, identity, labels = {}, leaseDurationSeconds = 60, clock = systemClock, signal } = options;
  const renewTime = microTime(clock.now());
  const spec = { holderIdentity: identity, leaseDurationSeconds, renewTime };
  const writeOptions = { fieldManager: FIELD_MANAGER, ...(signal && { signal }) };
  try {
    return await client.patch(resources.leases, name, namespace, 'application/merge-patch+json', { metadata: { labels }, spec }, writeOptions);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return client.create(resources.leases, { metadata: { name, namespace, labels: { ...labels } }, spec: { ...spec, acquireTime: renewTime } }, writeOptions);
}

class IntervalLeaseKeeper implements LeaseKeeper {
  readonly name: string;
  readonly #options: LeaseKeeperOptions;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #loop: Promise<void> | undefined;
  #lastRenewedAt: number | undefined;
  #lastError: unknown;

  constructor(options: LeaseKeeperOptions) {
    this.name = `keeper of Lease ${options.namespace}/${options.name}`;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get lastRenewedAt(): number | undefined {
    return this.#lastRenewedAt;
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  start(signal: AbortSignal): Promise<void> {
    if (this.#loop === undefined) {
      const release = abortWith(this.#abort, signal);
      this.#loop = this.#run().finally(release);
    }
    return Promise.resolve();
  }

  /** The Lease stays as it is: a restart must not look like a death to the other clusters. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error(`${this.name} was stopped`));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let failures = 0; !signal.aborted; ) {
      const error = await this.#renew(signal);
      failures = error === undefined ? 0 : failures + 1;
      await sleep(this.#clock, this.#delay(error, failures), signal).catch(() => undefined); // only the stop ends it early
    }
  }

  async #renew(signal: AbortSignal): Promise<unknown> {
    try {
      await renewLease({ ...this.#options, signal });
      this.#lastRenewedAt = this.#clock.now();
      this.#lastError = undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#lastError = error;
      (this.#options.logger ?? silentLogger).warn('Cannot renew a Lease', { lease: `${this.#options.namespace}/${this.#options.name}`, error });
    }
    return this.#lastError;
  }

  /** After a failure sooner than the interval, but never more often than the backoff and the server allow. */
  #delay(error: unknown, failures: number): number {
    const { intervalMs = DEFAULT_INTERVAL_MS, random } = this.#options;
    if (error === undefined) return intervalMs;
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, backoffDelay(failures - 1, { baseMs: 1_000, capMs: intervalMs }, random));
  }
}

/** Keeps a liveness Lease fresh until it is stopped: one request per interval. */
export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  return new IntervalLeaseKeeper(options);
}
