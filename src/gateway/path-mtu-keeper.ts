import { type Clock, sleep } from '../base/clock.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { PathMtuOptions } from './apply/measure-path-mtu.ts';

export interface PathMtuKeeperOptions {
  readonly measure: (options: PathMtuOptions, signal: AbortSignal) => Promise<number | undefined>;
  /** What to measure for a path; undefined where nothing can be. */
  readonly target: (name: string) => PathMtuOptions | undefined;
  /** What an earlier run of this agent has found. */
  readonly remembered: (name: string) => number | undefined;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Paths change now and then, and a larger one than was measured is found only so. */
const REPEAT_MS = 10 * 60_000;

/** Knows the path MTU to each other cluster: measured when a path comes up and every ten minutes, one after the other. */
export class PathMtuKeeper implements Startable {
  readonly name = 'path MTU keeper';
  readonly #options: PathMtuKeeperOptions;
  readonly #found = new Map<string, number>();
  readonly #queue = new Set<string>();
  readonly #timers = new Map<string, () => void>();
  readonly #abort = new AbortController();
  #wake: () => void = () => undefined;
  #loop: Promise<void> | undefined;

  constructor(options: PathMtuKeeperOptions) {
    this.#options = options;
  }

  /** Bytes; undefined where it is not known. */
  find(name: string): number | undefined {
    return this.#found.get(name) ?? this.#options.remembered(name);
  }

  /** The path works: measure it. */
  measure(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
    this.#queue.add(name);
    this.#wake();
  }

  /** Forgets paths that are not there any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#found.keys(), ...this.#queue, ...this.#timers.keys()]) {
      if (names.has(name)) continue;
      this.#found.delete(name);
      this.#queue.delete(name);
      this.#timers.get(name)?.();
      this.#timers.delete(name);
    }
  }

  start(signal: AbortSignal): Promise<void> {
    if (this.#loop === undefined) {
      const release = abortWith(this.#abort, signal);
      this.#loop = this.#serve().finally(release);
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The path MTU keeper was stopped'));
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await this.#loop;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#abort;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const [name] = this.#queue;
      if (name === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#queue.delete(name);
      await this.#measureOne(name, signal);
      await sleep(this.#options.clock, 0, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  async #measureOne(name: string, signal: AbortSignal): Promise<void> {
    const { clock, logger, measure, onChange, target } = this.#options;
    const options = target(name);
    if (options === undefined) return;
    try {
      const mtu = await measure(options, signal);
      if (mtu !== undefined && mtu !== this.#found.get(name)) {
        this.#found.set(name, mtu);
        logger.info('Measured a path', { cable: name, mtu });
        onChange();
      }
    } catch (error) {
      if (signal.aborted) return;
      logger.warn('Cannot measure a path', { cable: name, error });
    }
    this.#timers.set(name, clock.schedule(() => this.measure(name), REPEAT_MS));
  }
}
