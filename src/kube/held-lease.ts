import { resources } from '../api/resources.ts';
import type { Lease } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { isAlreadyExists, isConflict } from './api-error.ts';
import type { Draft, KubeClient } from './client.ts';
import { LeaseObservation } from './lease-observation.ts';
import { microTime } from './micro-time.ts';

export interface HeldLeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique per process. */
  readonly identity: string;
  /** Others may take it after they saw it stand still for so long. */
  readonly durationMs: number;
  readonly clock: Clock;
}

/** A release leaves a Lease that anybody may take at once. */
const RELEASED_SECONDS = 1;

/** One candidate's view of a Lease: takes, renews and releases it. */
export class HeldLease {
  readonly #options: HeldLeaseOptions;
  readonly #observed = new LeaseObservation();

  constructor(options: HeldLeaseOptions) {
    this.#options = options;
  }

  /** Who holds it as far as it is known. */
  get holder(): string | undefined {
    return this.#observed.lease?.spec?.holderIdentity || undefined;
  }

  get isTaken(): boolean {
    return this.holder !== undefined && this.holder !== this.#options.identity;
  }

  /** Whether the Lease is ours after this try. Throws what kept it from being made; a race that somebody else won is no trouble. */
  async tryHold(signal: AbortSignal): Promise<boolean> {
    const { clock, durationMs } = this.#options;
    this.#observed.beginAt(clock.monotonic(), durationMs);
    try {
      return await this.#takeOrRenew(signal);
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return false;
      this.#observed.miss();
      throw error;
    }
  }

  /** Read again first: a renewal that was cut short may have been stored all the same. */
  async release(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity, clock } = this.#options;
    const held = await client.find(resources.leases, name, namespace, { signal });
    if (held?.spec?.holderIdentity !== identity) return;
    const spec = { ...held.spec, holderIdentity: '', leaseDurationSeconds: RELEASED_SECONDS, renewTime: microTime(clock.now()) };
    this.#see(await client.update(resources.leases, { metadata: held.metadata, spec }, { signal }));
  }

  async #takeOrRenew(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, clock } = this.#options;
    const standing = await client.find(resources.leases, name, namespace, { signal });
    if (standing === undefined) {
      const spec = this.#spec(0, microTime(clock.now()));
      this.#see(await client.create(resources.leases, { metadata: { name, namespace }, spec }, { signal }));
      return true;
    }
    this.#see(standing);
    if (!this.#mayTake(standing)) return false;
    this.#see(await client.update(resources.leases, this.#claim(standing), { signal }));
    return true;
  }

  #see(lease: Lease): void {
    this.#observed.see(lease, this.#options.clock.monotonic());
  }

  /** Expiry is judged by how long *we* saw no change; the holder's clock may be wrong. */
  #mayTake({ spec = {} }: Lease): boolean {
    const { clock, durationMs, identity } = this.#options;
    const { holderIdentity = '', leaseDurationSeconds } = spec;
    if (holderIdentity === '' || holderIdentity === identity) return true;
    return this.#observed.hasStoodStill(leaseDurationSeconds === undefined ? durationMs : leaseDurationSeconds * 1_000, clock.monotonic());
  }

  #claim({ metadata, spec = {} }: Lease): Draft<Lease> {
    const isOurs = spec.holderIdentity === this.#options.identity;
    const transitions = (spec.leaseTransitions ?? 0) + (isOurs ? 0 : 1);
    const acquireTime = isOurs ? spec.acquireTime : undefined;
    return { metadata, spec: { ...spec, ...this.#spec(transitions, acquireTime ?? microTime(this.#options.clock.now())) } };
  }

  #spec(leaseTransitions: number, acquireTime: string): NonNullable<Lease['spec']> {
    const { clock, durationMs, identity } = this.#options;
    const leaseDurationSeconds = Math.max(1, Math.ceil(durationMs / 1_000));
    return { holderIdentity: identity, leaseDurationSeconds, acquireTime, renewTime: microTime(clock.now()), leaseTransitions };
  }
}
