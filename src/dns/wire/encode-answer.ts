import { encode, type Packet } from 'dns-packet';
import { type Answer, type DnsRecord, RCODE, type Rcode } from '../records.ts';
import { HEADER_BYTES } from './header.ts';

/** Records one after the other, ready to send. */
export interface Section {
  readonly bytes: Buffer;
  /** Offset behind each record. */
  readonly ends: readonly number[];
}

/**
 * An answer as bytes. Its only pointers point into the question, which stands at the same place in
 * every message, so sections can be cut and records put into another order. Only where answers are
 * ordered do they point at each other, backwards: those may be cut from the end alone.
 */
export interface WireAnswer {
  readonly rcode: Rcode;
  readonly isAuthoritative: boolean;
  /** A CNAME stands first and stays there: many clients read what follows it as of its target. */
  readonly isOrdered: boolean;
  readonly answers: Section;
  readonly authorities: Section;
  readonly additionals: Section;
}

const EMPTY: Section = { bytes: Buffer.alloc(0), ends: [] };
const POINTER = 0xc000;
/** Type and class behind the name of the question. */
const QUESTION_TAIL = 4;
/** Of a record between its owner and its data: type, class, TTL, length. */
const FIXED_BYTES = 10;

/** An answer without records. */
export function emptyAnswer(rcode: Rcode): WireAnswer {
  return { rcode, isAuthoritative: false, isOrdered: false, answers: EMPTY, authorities: EMPTY, additionals: EMPTY };
}

/** Makes wire answers, and remembers the bytes of records that come again (the SOA of every negative answer). */
export class AnswerEncoder {
  readonly #bodies = new WeakMap<DnsRecord, Buffer>();

  /** `questionName` in lower case; `nameEnd` is the offset behind it in the message. */
  encode({ rcode, answers, authorities, additionals }: Answer, questionName: string, nameEnd: number): WireAnswer {
    const section = (records: readonly DnsRecord[]): Section => this.#section(records, questionName, nameEnd);
    const isAuthoritative = rcode === RCODE.noError || rcode === RCODE.nxDomain;
    const isOrdered = answers[0]?.type === 'CNAME';
    return { rcode, isAuthoritative, isOrdered, answers: isOrdered ? this.#chain(answers, questionName, nameEnd) : section(answers), authorities: section(authorities), additionals: section(additionals) };
  }

  #section(records: readonly DnsRecord[], questionName: string, nameEnd: number): Section {
    if (records.length === 0) return EMPTY;
    const parts: Buffer[] = [];
    const ends: number[] = [];
    let end = 0;
    for (const record of records) {
      const owner = encodeOwner(record.name, questionName, nameEnd);
      const body = this.#body(record);
      parts.push(owner, body);
      end += owner.length + body.length;
      ends.push(end);
    }
    return { bytes: Buffer.concat(parts, end), ends };
  }

  /** CNAME records and what they lead to: the owner of each record is the data of the one before. */
  #chain(records: readonly DnsRecord[], questionName: string, nameEnd: number): Section {
    const parts: Buffer[] = [];
    const ends: number[] = [];
    /** Where names stand in the message that were written in full. */
    const known = new Map<string, number>();
    let end = 0;
    for (const record of records) {
      const at = known.get(record.name);
      const owner = at === undefined ? encodeOwner(record.name, questionName, nameEnd) : pointerTo(at);
      const body = this.#body(record);
      if (record.type === 'CNAME') known.set(record.data, nameEnd + QUESTION_TAIL + end + owner.length + FIXED_BYTES);
      parts.push(owner, body);
      end += owner.length + body.length;
      ends.push(end);
    }
    return { bytes: Buffer.concat(parts, end), ends };
  }

  /** Type, class, TTL and data. Names in data are written in full: SRV allows no compression (RFC 2782). */
  #body(record: DnsRecord): Buffer {
    const known = this.#bodies.get(record);
    if (known !== undefined) return known;
    const message: unknown = { type: 'response', answers: [{ ...record, name: '.', class: 'IN' }] };
    const body = encode(message as Packet).subarray(HEADER_BYTES + 1);
    this.#bodies.set(record, body);
    return body;
  }
}

/** The labels in front of what the name shares with the question, then a pointer to that. */
function encodeOwner(name: string, questionName: string, nameEnd: number): Buffer {
  // a wildcard may stand for bytes that are no ASCII, whose lower case would be other ones
  if (name === questionName) return pointerTo(nameEnd - name.length - 2);
  let rest = name.toLowerCase();
  const labels: string[] = [];
  while (rest !== '' && !isSuffix(rest, questionName)) {
    const dot = rest.indexOf('.');
    labels.push(dot < 0 ? rest : rest.slice(0, dot));
    rest = dot < 0 ? '' : rest.slice(dot + 1);
  }
  const front = labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('');
  if (rest === '') return Buffer.from(`${front}\0`, 'latin1');
  const at = nameEnd - rest.length - 2; // a name takes two bytes more than its text
  return Buffer.concat([Buffer.from(front, 'latin1'), pointerTo(at)]);
}

function pointerTo(offset: number): Buffer {
  return Buffer.from([(POINTER | offset) >> 8, offset & 0xff]);
}

function isSuffix(name: string, whole: string): boolean {
  return whole.endsWith(name) && (whole.length === name.length || whole[whole.length - name.length - 1] === '.');
}
