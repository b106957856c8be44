import type { ServerResponse } from 'node:http';

/** What a slow client may have waiting before its watch is ended, as real servers do it. */
const MAX_WAITING = 64 * 1024 * 1024;

/** The body of a watch: lines of one turn of the event loop go out together. */
export class WatchStream {
  readonly #response: ServerResponse;
  #waiting: string[] = [];
  #flush: NodeJS.Immediate | undefined;
  #ended = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get ended(): boolean {
    return this.#ended;
  }

  write(line: string): void {
    if (this.#ended) return;
    this.#waiting.push(line);
    this.#flush ??= setImmediate(() => this.#send());
  }

  end(lastLine?: string): void {
    if (this.#ended) return;
    if (lastLine !== undefined) this.#waiting.push(lastLine);
    this.#send();
    this.#ended = true;
    this.#response.end();
  }

  /** Cuts the connection, without a proper end. */
  destroy(): void {
    this.#ended = true;
    clearImmediate(this.#flush);
    this.#waiting = [];
    this.#response.destroy();
  }

  #send(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const lines = this.#waiting.splice(0);
    if (this.#ended || lines.length === 0) return;
    this.#response.write(lines.join(''));
    if (this.#response.writableLength > MAX_WAITING) this.destroy();
  }
}
