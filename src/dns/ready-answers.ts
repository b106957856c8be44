import type { WireAnswer } from './wire/encode-answer.ts';

/**
 * Answers about one service as bytes. They go when the service changes, together with what they
 * were made from, so they never outlive it. Only names that exist come here, whose number is
 * bounded by the service's records: names that do not exist are without number.
 */
export class ReadyAnswers {
  /** By type of the question, then by what stands in front of the service's name. */
  readonly #byType = new Map<number, Map<string, WireAnswer>>();

  find(type: number, below: string): WireAnswer | undefined {
    return this.#byType.get(type)?.get(below);
  }

  set(type: number, below: string, answer: WireAnswer): void {
    const answers = this.#byType.get(type) ?? new Map<string, WireAnswer>();
    this.#byType.set(type, answers.set(below, answer));
  }
}
