import type { Clock } from '../../base/clock.ts';
import type { WireguardPlan } from '../plan/types.ts';
import type { WireguardState } from './wireguard-state.ts';

/** What a peer was last heard by, and when that was another one, ms of the monotonic clock. */
interface Sign {
  readonly text: string;
  readonly since: number;
}

/** Of the keepalives that the other side sends every 10 s, so many are not all lost by chance. */
const SILENCE_MS = 60_000;

/** What a process knows of its WireGuard peers besides the kernel's present state. */
export class PeerMemory {
  readonly #clock: Clock;
  /** By public key. */
  #endpoints: ReadonlyMap<string, string> = new Map();
  #signs: ReadonlyMap<string, Sign> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Endpoint that was set for a peer last; undefined where this process has set none. */
  endpointOf(publicKey: string): string | undefined {
    return this.#endpoints.get(publicKey);
  }

  /**
   * Whether nothing has come from the peer for a minute. Counted by what changes while this process
   * looks: the time that the kernel gives of a handshake is that of the wall clock, which jumps.
   */
  isSilent(publicKey: string): boolean {
    const sign = this.#signs.get(publicKey);
    return sign !== undefined && this.#clock.monotonic() - sign.since > SILENCE_MS;
  }

  /** Takes in what the kernel has now. */
  observe(state: WireguardState | undefined): void {
    const since = this.#clock.monotonic();
    this.#signs = new Map([...(state?.peers ?? [])].map(([key, { lastHandshake, received }]) => {
      const text = `${lastHandshake} ${received}`;
      const before = this.#signs.get(key);
      return [key, before?.text === text ? before : { text, since }];
    }));
  }

  /** The plan stands in the kernel; undefined where there are no peers any more. */
  remember(plan: WireguardPlan | undefined): void {
    this.#endpoints = new Map(plan?.peers.map(({ publicKey, endpoint }) => [publicKey, endpoint]));
  }
}
