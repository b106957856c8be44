import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';

export interface WatchStreamOptions {
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly bytesOf: (lines: readonly string[]) => Buffer;
  /** Line for a client that is cut because it does not keep up. */
  readonly tooSlowLine: () => string;
  /** Called once, when that happens. */
  readonly onTooSlow: () => void;
  /** Characters that may wait for a client besides those that its watch began with. Default 4 Mi. */
  readonly maxWaiting?: number;
}

/**
 * A client gets what it began with, and this much more may wait for it. Waiting lines are shared with
 * the other watches, so what this bounds is how far back the slowest client holds on to old objects.
 */
const MAX_WAITING = 4 * 1024 * 1024;
/** Characters in one write: large enough for throughput, small enough that no client makes us copy a whole list. */
const BATCH = 256 * 1024;
/** How long a client has for reading what is left once its watch has ended. */
const LAST_WORDS_MS = 30_000;

/** The body of a watch. Lines of one turn of the event loop go out together, and none before the client has taken the last. */
export class WatchStream {
  readonly #options: WatchStreamOptions;
  #waiting: string[] = [];
  #size = 0;
  #limit = Number.POSITIVE_INFINITY;
  #flush: NodeJS.Immediate | undefined;
  #isBlocked = false;
  #ended = false;
  #isLast = false;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    options.response.on('drain', () => {
      this.#isBlocked = false;
      this.#send();
    });
  }

  /** Nothing more is taken; what waits may still be on its way. */
  get ended(): boolean {
    return this.#ended;
  }

  write(line: string): void {
    if (this.#ended) return;
    this.#waiting.push(line);
    this.#size += line.length;
    if (this.#size > this.#limit) this.#giveUp();
    else this.#flush ??= setImmediate(() => this.#firstSend());
  }

  end(lastLine?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (lastLine !== undefined) this.#waiting.push(lastLine);
    this.#isLast = true;
    const { clock, response } = this.#options;
    response.once('close', clock.schedule(() => response.destroy(), LAST_WORDS_MS));
    this.#send();
  }

  /** Cuts the connection, without a proper end. */
  destroy(): void {
    this.#ended = true;
    clearImmediate(this.#flush);
    this.#waiting = [];
    this.#options.response.destroy();
  }

  /** What the watch began with is all there by now: the first turn is over. */
  #firstSend(): void {
    if (this.#limit === Number.POSITIVE_INFINITY) this.#limit = this.#size + (this.#options.maxWaiting ?? MAX_WAITING);
    this.#send();
  }

  /** The client does not keep up. What waits is of no use to it: it has to list again. */
  #giveUp(): void {
    const { onTooSlow, tooSlowLine } = this.#options;
    this.#waiting = [];
    this.end(tooSlowLine());
    onTooSlow();
  }

  #send(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    while (!this.#isBlocked && this.#waiting.length > 0) this.#isBlocked = !this.#options.response.write(this.#nextBatch());
    if (!this.#isLast || this.#waiting.length > 0) return;
    this.#isLast = false;
    this.#options.response.end();
  }

  #nextBatch(): Buffer {
    let count = 0;
    let size = 0;
    while (count < this.#waiting.length && (count === 0 || size < BATCH)) size += this.#waiting[count++]?.length ?? 0;
    this.#size -= size;
    return this.#options.bytesOf(this.#waiting.splice(0, count));
  }
}
