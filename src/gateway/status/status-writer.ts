import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import { abortWith, type Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { SingleFlight } from '../single-flight.ts';

/** A status as it would be written now. */
export interface StatusSnapshot {
  /** Of what is worth a write at once. */
  readonly essence: unknown;
  readonly write: (signal: AbortSignal) => Promise<unknown>;
}

export interface StatusWriterOptions {
  readonly name: string;
  /** Undefined while there is nothing to say. */
  readonly read: () => StatusSnapshot | undefined;
  /** How often figures are written, ms. */
  readonly everyMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** States that change together are written together. */
const GATHER_MS = 100;

/** Writes a status object: at once where its essence has changed, else at every interval. */
export class StatusWriter implements Startable {
  readonly name: string;
  readonly #options: StatusWriterOptions;
  readonly #flight: SingleFlight;
  readonly #abort = new AbortController();
  #written: unknown;
  #isDue = true;
  #cancel: () => void = () => undefined;

  constructor(options: StatusWriterOptions) {
    const { name, clock, logger } = options;
    this.name = name;
    this.#options = options;
    this.#flight = new SingleFlight({
      name,
      clock,
      pauseMs: GATHER_MS,
      run: (signal) => this.#write(signal),
      onFailure: (error) => logger.warn(`Cannot write the ${name}`, { error }),
    });
  }

  /** Something may have changed. */
  check(): void {
    const snapshot = this.#options.read();
    if (snapshot !== undefined && (this.#isDue || !isDeepStrictEqual(snapshot.essence, this.#written))) this.#flight.request();
  }

  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    await this.#flight.start(signal);
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`${this.name} was stopped`));
    this.#cancel();
    await this.#flight.stop();
  }

  #tick(): void {
    if (this.#abort.signal.aborted) return;
    this.#isDue = true;
    this.check();
    this.#cancel = this.#options.clock.schedule(() => this.#tick(), this.#options.everyMs);
  }

  async #write(signal: AbortSignal): Promise<void> {
    const snapshot = this.#options.read();
    if (snapshot === undefined) return;
    await snapshot.write(signal);
    this.#written = snapshot.essence;
    this.#isDue = false;
  }
}
