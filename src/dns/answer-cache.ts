import type { WireAnswer } from './wire/encode-answer.ts';

/** Answers held at most, so that memory is bounded whatever is asked. */
const MAX_ANSWERS = 16_384;

interface Cached {
  readonly answer: WireAnswer;
  readonly service: string;
}

/**
 * Ready answers as bytes, by question. An answer is dropped when its service changes, so it never
 * outlives what it was made from. Only answers about a service that exists come here: names that do
 * not exist are without number.
 */
export class AnswerCache {
  readonly #answers = new Map<string, Cached>();
  readonly #byService = new Map<string, Set<string>>();

  get size(): number {
    return this.#answers.size;
  }

  find(question: string): WireAnswer | undefined {
    return this.#answers.get(question)?.answer;
  }

  set(question: string, service: string, answer: WireAnswer): void {
    if (this.#answers.size >= MAX_ANSWERS) this.#dropOldest();
    this.#answers.set(question, { answer, service });
    const questions = this.#byService.get(service);
    if (questions === undefined) this.#byService.set(service, new Set([question]));
    else questions.add(question);
  }

  /** Forgets what was answered about one service. */
  drop(service: string): void {
    for (const question of this.#byService.get(service) ?? []) this.#answers.delete(question);
    this.#byService.delete(service);
  }

  #dropOldest(): void {
    const [oldest] = this.#answers;
    if (oldest === undefined) return;
    const [question, { service }] = oldest;
    this.#answers.delete(question);
    const questions = this.#byService.get(service);
    questions?.delete(question);
    if (questions?.size === 0) this.#byService.delete(service);
  }
}
