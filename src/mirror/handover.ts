import type { Clock } from '../base/clock.ts';
import type { Target } from './target.ts';

export interface HandoverOptions {
  readonly target: Pick<Target, 'origins'>;
  /** What stands of this source is held no longer. */
  readonly onLetGo: (source: string) => void;
  readonly clock: Clock;
}

/** How long new sources may take to be listed before what stands of removed ones goes all the same, ms. */
const LET_GO_MS = 10_000;

/**
 * What stands of sources that are not configured goes, but not at once: where a source has only been
 * renamed, its mirrors shall pass to the new name with their ClusterIPs.
 */
export class Handover {
  readonly #options: HandoverOptions;
  #leaving: ReadonlySet<string> = new Set();
  #cancel: (() => void) | undefined;

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** Sources that are no longer configured, while what stands of theirs is held. */
  get leaving(): ReadonlySet<string> {
    return this.#leaving;
  }

  /** Holds what stands of all other sources than these, until `letGo`. */
  hold(configured: Iterable<string>): void {
    this.stop();
    const known = new Set(configured);
    this.#leaving = new Set([...this.#options.target.origins()].filter((origin) => !known.has(origin)));
  }

  /** `letGo`, at the latest after a while. */
  letGoSoon(): void {
    this.stop();
    if (this.#leaving.size > 0) this.#cancel = this.#options.clock.schedule(() => this.letGo(), LET_GO_MS);
  }

  letGo(): void {
    this.stop();
    const leaving = this.#leaving;
    this.#leaving = new Set();
    for (const source of leaving) this.#options.onLetGo(source);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
