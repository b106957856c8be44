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

/** A path that has become narrower swallows what is large, while small probes go through. */
const CHECK_MS = 60_000;
/** A path that has become wider is found only by measuring anew, so many checks after the last time. */
const CHECKS_PER_MEASUREMENT = 10;

/**
 * Knows the path MTU to each other cluster: measured when a path comes up and every ten minutes, and
 * made sure of every minute. One path after the other.
 */
export class PathMtuKeeper implements Startable {
  readonly name = 'path MTU keeper';
  readonly #options: PathMtuKeeperOptions;
  readonly #found = new Map<string, number>();
  /** Whether what was found before counts as long as it passes, by path. */
  readonly #queue = new Map<string, { readonly isCheck: boolean }>();
  /** Checks since the last measurement. */
  readonly #checks = new Map<string, number>();
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
    this.#checks.delete(name);
    this.#enqueue(name, { isCheck: false });
  }

  #check(name: string): void {
    const checks = (this.#checks.get(name) ?? 0) + 1;
    if (checks >= CHECKS_PER_MEASUREMENT) {
      this.measure(name);
      return;
    }
    this.#checks.set(name, checks);
    this.#enqueue(name, { isCheck: true });
  }

  #enqueue(name: string, work: { readonly isCheck: boolean }): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
    this.#queue.set(name, work);
    this.#wake();
  }

  /** Forgets paths that are not there any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#found.keys(), ...this.#queue.keys(), ...this.#timers.keys(), ...this.#checks.keys()]) {
      if (names.has(name)) continue;
      this.#found.delete(name);
      this.#checks.delete(name);
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
      const [next] = this.#queue;
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const [name, { isCheck }] = next;
      this.#queue.delete(name);
      await this.#measureOne(name, isCheck, signal);
      await sleep(this.#options.clock, 0, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  async #measureOne(name: string, isCheck: boolean, signal: AbortSignal): Promise<void> {
    const { clock, logger, measure, onChange, target } = this.#options;
    const options = target(name);
    if (options === undefined) return;
    const known = isCheck ? this.#found.get(name) : undefined;
    try {
      const mtu = await measure({ ...options, ...(known !== undefined && { known }) }, signal);
      if (mtu !== undefined && mtu !== this.#found.get(name)) {
        this.#found.set(name, mtu);
        logger.info('Measured a path', { cable: name, mtu });
        onChange();
      }
    } catch (error) {
      if (signal.aborted) return;
      logger.warn('Cannot measure a path', { cable: name, error });
    }
    // asked for again meanwhile, it has its turn anyway
    if (!this.#queue.has(name)) this.#timers.set(name, clock.schedule(() => this.#check(name), CHECK_MS));
  }
}
