import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { HostProblem } from '../api/host-problems.ts';
import type { GatewayPlatform, HostQuestion } from './platform.ts';
import { SingleFlight } from './single-flight.ts';

export interface HostCheckerOptions {
  readonly platform: Pick<GatewayPlatform, 'checkHost'>;
  readonly question: () => HostQuestion;
  /** The node lacks something else than before. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long an answer holds. */
const FRESH_MS = 60_000;

/**
 * Looks at what the node lacks, between the passes that change its network: a takeover must not wait
 * for it, and a device that is just being made looks like a fault.
 */
export class HostChecker implements Startable {
  readonly name = 'host checks';
  readonly #options: HostCheckerOptions;
  readonly #flight: SingleFlight;
  #problems: readonly HostProblem[] | undefined;
  #answered: { readonly question: HostQuestion; readonly at: number } | undefined;
  #isHeld = false;
  /** Whether the last change has failed. */
  #hasFailed = false;
  #look = new AbortController();

  constructor(options: HostCheckerOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#flight = new SingleFlight({ name: this.name, clock, run: (signal) => this.#check(signal), onFailure: (error) => logger.warn('Cannot look at the node', { error }) });
  }

  /** Undefined until the node has been looked at. */
  get problems(): readonly HostProblem[] | undefined {
    return this.#problems;
  }

  /** Asks again, where the answer is old or the question another one. */
  request(): void {
    this.#flight.request();
  }

  /** Runs something that changes the node's network; after a failure, and after the end of failures, it is looked at anew. */
  async during<T>(change: () => Promise<T>): Promise<T> {
    this.#isHeld = true;
    this.#look.abort();
    let isDone = false;
    try {
      const result = await change();
      isDone = true;
      return result;
    } finally {
      this.#isHeld = false;
      if (!isDone || this.#hasFailed) this.#answered = undefined;
      this.#hasFailed = !isDone;
      this.request();
    }
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#flight.start(signal);
  }

  stop(): Promise<void> {
    return this.#flight.stop();
  }

  async #check(signal: AbortSignal): Promise<void> {
    const { clock, logger, onChange, platform, question: readQuestion } = this.#options;
    if (this.#isHeld) return;
    const question = readQuestion();
    if (this.#answered !== undefined && isDeepStrictEqual(this.#answered.question, question) && clock.monotonic() - this.#answered.at < FRESH_MS) return;
    const look = (this.#look = new AbortController());
    const problems = await platform.checkHost(question, AbortSignal.any([signal, look.signal])).catch((error: unknown) => {
      if (look.signal.aborted) return undefined;
      throw error;
    });
    // what was seen while the network was changed may not be true any more
    if (problems === undefined || look.signal.aborted) return;
    this.#answered = { question, at: clock.monotonic() };
    if (isDeepStrictEqual(problems, this.#problems)) return;
    for (const { reason, message, fix } of problems) logger.warn('The node lacks something', { reason, message, fix });
    this.#problems = problems;
    onChange();
  }
}
