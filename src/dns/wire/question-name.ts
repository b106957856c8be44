import { HEADER_BYTES, MAX_NAME_BYTES } from './header.ts';
import type { Query } from './read-query.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;

function toLower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** A name that may be one of a service or below it. */
export interface ServiceName {
  /** `<service>.<namespace>` */
  readonly service: string;
  /** What stands in front of that, without the dot; empty for the service itself. */
  readonly below: string;
}

/**
 * The name of the question at hand as text, in lower case, without the final dot. It is one object
 * for all questions, so that reading one makes no more strings than are asked for.
 */
export class QuestionName {
  readonly #bytes = Buffer.alloc(MAX_NAME_BYTES);
  #length = 0;

  /** A dot inside of a label is none between labels (RFC 4343): it becomes a backslash, which no name of ours has. */
  read({ packet, nameEnd }: Query): void {
    const bytes = this.#bytes;
    this.#length = Math.max(0, nameEnd - HEADER_BYTES - 2);
    let labelEnd = HEADER_BYTES + 1 + (packet[HEADER_BYTES] ?? 0);
    for (let index = 0; index < this.#length; index += 1) {
      const at = HEADER_BYTES + 1 + index;
      const byte = packet[at] ?? 0;
      if (at === labelEnd) {
        labelEnd += byte + 1;
        bytes[index] = DOT;
      } else bytes[index] = byte === DOT ? BACKSLASH : toLower(byte);
    }
  }

  text(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }

  /** Whether it ends with these bytes. */
  endsWith(suffix: Buffer): boolean {
    const bytes = this.#bytes;
    const end = this.#length - suffix.length;
    for (let index = suffix.length - 1; index >= 0; index -= 1) {
      if (bytes[end + index] !== suffix[index]) return false;
    }
    return true;
  }

  /** `suffix` is what names of services end with: `.svc.<zone>`. Undefined where the name has too few labels, or ends otherwise. */
  findService(suffix: Buffer): ServiceName | undefined {
    if (!this.endsWith(suffix)) return undefined;
    const bytes = this.#bytes;
    const end = this.#length - suffix.length;
    const namespaceDot = this.#dotBefore(end);
    if (namespaceDot < 0) return undefined;
    const serviceDot = this.#dotBefore(namespaceDot);
    return { service: bytes.toString('latin1', serviceDot + 1, end), below: serviceDot < 0 ? '' : bytes.toString('latin1', 0, serviceDot) };
  }

  #dotBefore(end: number): number {
    let at = end - 1;
    while (at >= 0 && this.#bytes[at] !== DOT) at -= 1;
    return at;
  }
}
