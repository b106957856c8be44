import { isDeepStrictEqual } from 'node:util';
import { type Clock, sleep } from '../../base/clock.ts';
import { abortWith } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { backoffDelay } from '../../base/retry.ts';
import type { PublicIpSource } from './source.ts';

export interface PublicIpKeeperOptions {
  /** Finds the address; throws with the reason. */
  readonly find: (source: PublicIpSource | undefined, signal: AbortSignal) => Promise<string>;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Providers change addresses now and then. */
const RECHECK_MS = 10 * 60_000;
const BACKOFF = { baseMs: 2_000, capMs: 5 * 60_000 };

/** Knows this gateway's public address, and looks it up again now and then. What was found once stays until something else is found. */
export class PublicIpKeeper {
  readonly #options: PublicIpKeeperOptions;
  #source: PublicIpSource | undefined;
  #address = '';
  #problem: string | undefined;
  #run: AbortController | undefined;

  constructor(options: PublicIpKeeperOptions) {
    this.#options = options;
  }

  /** Empty while none is known. */
  get address(): string {
    return this.#address;
  }

  /** Why none is known, or why it may be out of date. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Begins, or begins anew where the source is another one. */
  follow(source: PublicIpSource | undefined, signal: AbortSignal): void {
    if (this.#run !== undefined && isDeepStrictEqual(source, this.#source)) return;
    if (!isDeepStrictEqual(source, this.#source)) this.#address = '';
    this.stop();
    this.#source = source;
    const run = new AbortController();
    this.#run = run;
    void this.#keep(run, signal);
  }

  stop(): void {
    this.#run?.abort(new Error('stopped'));
    this.#run = undefined;
  }

  async #keep(run: AbortController, signal: AbortSignal): Promise<void> {
    const release = abortWith(run, signal);
    for (let failures = 0; !run.signal.aborted; ) {
      failures = (await this.#findOnce(run.signal)) ? 0 : failures + 1;
      const delay = failures === 0 ? RECHECK_MS : backoffDelay(failures - 1, BACKOFF);
      await sleep(this.#options.clock, delay, run.signal).catch(() => undefined); // only the stop ends it early
    }
    release();
  }

  async #findOnce(signal: AbortSignal): Promise<boolean> {
    const { find, logger, onChange } = this.#options;
    const before = `${this.#address} ${this.#problem ?? ''}`;
    try {
      const address = await find(this.#source, signal);
      if (signal.aborted) return true;
      this.#address = address;
      this.#problem = undefined;
    } catch (error) {
      if (signal.aborted) return true;
      this.#problem = `Cannot find the public address: ${error instanceof Error ? error.message : String(error)}`;
      logger.warn('Cannot find the public address', { error });
    }
    if (before !== `${this.#address} ${this.#problem ?? ''}`) onChange();
    return this.#problem === undefined;
  }
}
