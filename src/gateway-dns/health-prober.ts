import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { ProbeTarget } from './plan/health.ts';

export interface HealthProberOptions {
  /** Whether an address answers in time. */
  readonly ask: (target: ProbeTarget) => Promise<boolean>;
  /** `name` is what the target was wanted for. */
  readonly onAnswer: (name: string, target: ProbeTarget, hasAnswered: boolean) => void;
  /** Questions at the same time. Default 32. */
  readonly parallel?: number;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
}

interface Round {
  readonly name: string;
  readonly target: ProbeTarget;
  /** Ends the wait for the next question. */
  cancel: () => void;
}

/** Questions per second over all addresses that answer: of many, each is asked less often. One that fails keeps its interval. */
const PER_SECOND = 25;
/** Part of an interval by which questions are spread, so that they do not come all at once. */
const JITTER = 0.1;

/** Asks the addresses of gateways again and again whether they answer, each in its own interval, or less often where there are many. */
export class HealthProber {
  readonly #options: HealthProberOptions;
  readonly #random: () => number;
  readonly #rounds = new Map<string, Round>();
  /** Due, in order; waiting for one of the questions under way to end. */
  readonly #due = new Set<Round>();
  /** Number of questions under way. */
  #asking = 0;

  constructor(options: HealthProberOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Addresses that are asked. */
  get size(): number {
    return this.#rounds.size;
  }

  /** What shall be asked for a name from now on. What was asked before goes on in its rhythm. */
  want(name: string, targets: readonly ProbeTarget[]): void {
    const wanted = new Map(targets.map((target) => [idOf(name, target), target]));
    for (const [id, round] of this.#rounds) if (round.name === name && !wanted.has(id)) this.#end(id, round);
    for (const [id, target] of wanted) {
      if (this.#rounds.has(id)) continue;
      const round = { name, target, cancel: () => undefined };
      this.#rounds.set(id, round);
      this.#wait(round, target.intervalMs * this.#random());
    }
  }

  /** Questions under way are not waited for: what they find is of no account any more. */
  stop(): void {
    for (const [id, round] of this.#rounds) this.#end(id, round);
  }

  #end(id: string, round: Round): void {
    this.#rounds.delete(id);
    this.#due.delete(round);
    round.cancel();
  }

  #wait(round: Round, ms: number): void {
    round.cancel = this.#options.clock.schedule(() => {
      this.#due.add(round);
      this.#fill();
    }, ms);
  }

  #fill(): void {
    for (const round of this.#due) {
      if (this.#asking >= (this.#options.parallel ?? 32)) return;
      this.#due.delete(round);
      this.#asking += 1;
      void this.#ask(round).finally(() => {
        this.#asking -= 1;
        this.#fill();
      });
    }
  }

  async #ask(round: Round): Promise<void> {
    const { name, target } = round;
    const { ask, onAnswer, logger } = this.#options;
    let hasAnswered = false;
    try {
      hasAnswered = await ask(target);
      if (this.#isWanted(round)) onAnswer(name, target, hasAnswered);
    } catch (error) {
      logger.error('Cannot ask the address of a gateway', { name, address: target.address, error: errorMessage(error) });
    }
    if (!this.#isWanted(round)) return;
    const interval = hasAnswered ? Math.max(target.intervalMs, (this.size * 1000) / PER_SECOND) : target.intervalMs;
    this.#wait(round, interval * (1 + JITTER * (2 * this.#random() - 1)));
  }

  #isWanted(round: Round): boolean {
    return this.#rounds.get(idOf(round.name, round.target)) === round;
  }
}

function idOf(name: string, { address, port, intervalMs, timeoutMs }: ProbeTarget): string {
  return [name, address, port, intervalMs, timeoutMs].join(' ');
}
