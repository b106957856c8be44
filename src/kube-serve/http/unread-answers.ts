import type { ServerResponse } from 'node:http';
import { refusal } from '../status-error.ts';

export interface UnreadAnswersOptions {
  /** Bytes of answers that clients have not taken yet, of all together. Default 256 MiB. */
  readonly maxBytes?: number;
  /** A client that takes nothing of its answer for so long is cut. Default 60 s. */
  readonly stallMs?: number;
}

const MAX_BYTES = 256 * 1024 * 1024;
const STALL_MS = 60_000;
const RETRY = { retryAfterSeconds: 1 };

/** Whole answers wait in memory for whoever asked. This bounds what waits, so that clients that ask and do not read cannot fill it. */
export class UnreadAnswers {
  readonly #maxBytes: number;
  readonly #stallMs: number;
  #bytes = 0;

  constructor({ maxBytes = MAX_BYTES, stallMs = STALL_MS }: UnreadAnswersOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#stallMs = stallMs;
  }

  /** Writes an answer with `send`. Throws 429 while too much waits for others. */
  answer(response: ServerResponse, send: () => void): void {
    if (this.#bytes > this.#maxBytes) throw refusal('TooManyRequests', 'too many answers wait for clients that do not read them', RETRY);
    send();
    const waiting = response.writableLength;
    if (waiting === 0) return;
    this.#bytes += waiting;
    response.setTimeout(this.#stallMs, () => response.destroy());
    response.once('close', () => (this.#bytes -= waiting));
  }
}
