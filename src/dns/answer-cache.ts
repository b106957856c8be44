import { questionEnd } from './wire/header.ts';

/** Answers held at most; a flood of different questions then only empties it. */
const MAX_ANSWERS = 8192;
/** Larger questions are not worth holding. */
const MAX_KEY_BYTES = 300;

interface Cached {
  readonly response: Buffer;
  readonly service: string;
}

/**
 * Ready answers as bytes. An answer is dropped when its service changes, so it never outlives what
 * it was made from. Id, flags and the question's case are those of the new question.
 */
export class AnswerCache {
  readonly #answers = new Map<string, Cached>();
  readonly #byService = new Map<string, Set<string>>();

  /** What a packet asks: everything but its id, the question in lower case. Undefined if it cannot be held. */
  keyOf(packet: Buffer): string | undefined {
    if (packet.length > MAX_KEY_BYTES) return undefined;
    try {
      const end = questionEnd(packet);
      return `${packet.toString('latin1', 2, 12)}${packet.toString('latin1', 12, end).toLowerCase()}${packet.toString('latin1', end)}`;
    } catch {
      return undefined; // cut short: the full path answers FORMERR
    }
  }

  find(key: string, packet: Buffer): Buffer | undefined {
    const cached = this.#answers.get(key);
    if (cached === undefined) return undefined;
    const response = Buffer.from(cached.response);
    packet.copy(response, 0, 0, 2);
    packet.copy(response, 12, 12, questionEnd(packet));
    return response;
  }

  set(key: string, response: Buffer, service: string): void {
    if (this.#answers.size >= MAX_ANSWERS) this.clear();
    this.#answers.set(key, { response, service });
    const keys = this.#byService.get(service) ?? new Set();
    this.#byService.set(service, keys.add(key));
  }

  /** Forgets what was answered about one service. */
  drop(service: string): void {
    for (const key of this.#byService.get(service) ?? []) this.#answers.delete(key);
    this.#byService.delete(service);
  }

  clear(): void {
    this.#answers.clear();
    this.#byService.clear();
  }
}
