import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import type { TunnelPath } from '../view/build-view.ts';
import type { RemoteEnd } from '../view/remote-end.ts';
import { decidePath, type Discovery, fallbackPath } from './decide-path.ts';

export interface NatSearchOptions {
  readonly end: RemoteEnd;
  /** What is used until an address has answered; without it the fallback. */
  readonly kept: TunnelPath | undefined;
  /** Asks the gateway at one of its addresses. False where that address cannot be asked from here. */
  readonly ask: (address: string, nonce: string) => boolean;
  /** The path, or whether it is proven, is another one. */
  readonly onChange: () => void;
  readonly clock: Clock;
}

/** How often a gateway is asked that may answer at any moment. */
export const HASTY_MS = 2_000;
/** And after so long without an answer, how often for ever: it may be switched on, or a firewall opened, at any time. */
export const HASTE_MS = 60_000;
export const PATIENT_MS = 30_000;

function createNonces(): { readonly private: string; readonly public: string } {
  return { private: randomBytes(16).toString('hex'), public: randomBytes(16).toString('hex') };
}

/** Finds out by which of its addresses one gateway is reached. It ends when one has answered, and begins anew while the path that was found does not work. */
export class NatSearch {
  readonly #options: NatSearchOptions;
  #nonces = createNonces();
  #discovery: Discovery = {};
  #startedAt = 0;
  #askedAt = 0;
  #asked: readonly string[] = [];
  #path: TunnelPath;
  #hasKept: boolean;
  #isFinal = false;
  #isProven = false;
  #isBroken = false;
  #cancelNext: () => void = () => undefined;
  #cancelDecision: () => void = () => undefined;

  constructor(options: NatSearchOptions) {
    this.#options = options;
    this.#hasKept = options.kept !== undefined;
    this.#path = options.kept ?? fallbackPath(options.end);
  }

  /** What packets use now. */
  get path(): TunnelPath {
    return this.#path;
  }

  /** Why that is not certain; empty where it is. */
  get doubt(): string {
    if (this.#isProven) return '';
    const { address } = this.#path;
    const [one, other] = this.#asked;
    if (one === undefined) return `NAT discovery: this gateway cannot ask any address of the other one; using ${address}`;
    const port = `at UDP port ${this.#options.end.discoveryPort}; using ${address}`;
    return other === undefined ? `NAT discovery: no answer from ${one} ${port}` : `NAT discovery: neither ${one} nor ${other} answers ${port}`;
  }

  /** Begins to ask, with what was used last. */
  begin(): void {
    this.#nonces = createNonces();
    this.#discovery = {};
    this.#startedAt = this.#options.clock.monotonic();
    this.#isFinal = false;
    this.#isProven = false;
    this.#ask();
  }

  stop(): void {
    this.#cancelNext();
    this.#cancelDecision();
  }

  /** An answer came from this gateway. */
  answer(nonce: string): void {
    const now = this.#options.clock.monotonic();
    if (nonce === this.#nonces.private) this.#discovery = { privateAt: now, ...this.#discovery };
    else if (nonce === this.#nonces.public) this.#discovery = { publicAt: now, ...this.#discovery };
    else return;
    this.#decide();
  }

  /**
   * A question came that names this gateway, so it may be there now. Who sent it is not known, and it
   * proves nothing: but asking back does.
   */
  hear(): void {
    if (this.#options.clock.monotonic() - this.#askedAt < HASTY_MS) return;
    if (!this.#isFinal) this.#ask();
    else if (this.#isBroken) this.#again();
  }

  /** Whether packets come through by the path, as far as is known. */
  setBroken(isBroken: boolean): void {
    if (this.#isBroken === isBroken) return;
    this.#isBroken = isBroken;
    if (!this.#isFinal) return;
    this.#cancelNext();
    if (isBroken) this.#again();
  }

  #again(): void {
    this.#hasKept = true;
    this.begin();
  }

  #ask(): void {
    const { ask, clock, end: { privateIP, publicIP } } = this.#options;
    const now = clock.monotonic();
    const addresses = [[privateIP, this.#nonces.private] as const, ...(publicIP === undefined || publicIP === privateIP ? [] : [[publicIP, this.#nonces.public] as const])];
    this.#asked = addresses.filter(([address, nonce]) => ask(address, nonce)).map(([address]) => address);
    this.#askedAt = now;
    this.#cancelNext();
    this.#cancelNext = clock.schedule(() => this.#ask(), now - this.#startedAt < HASTE_MS ? HASTY_MS : PATIENT_MS);
  }

  #decide(): void {
    const { clock, end, onChange } = this.#options;
    const now = clock.monotonic();
    const before = [this.#path, this.#isProven];
    const { path, isFinal, isProven, againAt } = decidePath(end, this.#discovery, now);
    // what is in use may be about to answer too
    if (isFinal || !this.#hasKept) this.#path = path;
    this.#isFinal = isFinal;
    this.#isProven = isProven;
    this.#cancelDecision();
    if (againAt !== undefined) this.#cancelDecision = clock.schedule(() => this.#decide(), againAt - now);
    if (isFinal) {
      this.#cancelNext();
      if (this.#isBroken) this.#cancelNext = clock.schedule(() => this.#again(), PATIENT_MS);
    }
    if (!isDeepStrictEqual(before, [this.#path, isProven])) onChange();
  }
}
