import type { Clock } from '../base/clock.ts';
import type { RemoteEnd } from './view/remote-end.ts';

/** Whose last probe is older is not heard any more. */
const INTERVALS = 3;

/** Whose probes arrive here: while they do, the way from there works, whatever becomes of the way back. */
export class HeardGateways {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** When the last one came, ms of the monotonic clock, by cable name. */
  readonly #at = new Map<string, number>();

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** A probe has come from this address. */
  note(address: string, ends: readonly RemoteEnd[]): void {
    const end = ends.find(({ healthCheckIP }) => healthCheckIP === address);
    if (end !== undefined) this.#at.set(end.cableName, this.#clock.monotonic());
  }

  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#at.keys()) if (!names.has(name)) this.#at.delete(name);
  }

  has(name: string): boolean {
    return this.#clock.monotonic() - (this.#at.get(name) ?? -Infinity) < INTERVALS * this.#intervalMs;
  }
}
