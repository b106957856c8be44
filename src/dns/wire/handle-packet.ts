import { decode, encode, type Packet } from 'dns-packet';
import { type Answer, type DnsRecord, RCODE, type Rcode } from '../records.ts';
import { FLAG, HEADER_BYTES, isResponse, opcodeOf, questionEnd } from './header.ts';

export type Transport = 'udp' | 'tcp';

/** Where answers come from. */
export type Resolve = (question: { readonly name: string; readonly type: string }) => Answer;

export interface Handled {
  /** Bytes to send back; undefined where a packet deserves no answer. */
  readonly response: Buffer | undefined;
  readonly rcode: Rcode;
  /** Query type as text, for metrics. */
  readonly type: string;
  readonly service?: string;
}

/** Largest UDP answer without EDNS (RFC 1035), and the largest with it that is never fragmented. */
const PLAIN_UDP = 512;
const MAX_UDP = 1232;
const MAX_TCP = 65_535;

interface Edns {
  readonly size: number;
  readonly version: number;
  readonly wantsDnssec: boolean;
}

interface Query {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly isRecursionDesired: boolean;
  readonly isInternet: boolean;
  readonly edns: Edns | undefined;
}

/**
 * Answers one DNS message. Malformed ones get FORMERR where their header can be read, else
 * nothing; responses get nothing, so that two servers can never answer each other forever.
 */
export function handlePacket(packet: Buffer, transport: Transport, resolve: Resolve): Handled {
  if (packet.length < HEADER_BYTES || isResponse(packet)) return { response: undefined, rcode: RCODE.formErr, type: 'other' };
  if (opcodeOf(packet) !== 0) return refuse(packet, RCODE.notImp);
  const query = parseQuery(packet);
  if (query === undefined) return refuse(packet, RCODE.formErr);
  const { name, type, edns } = query;
  if (edns !== undefined && edns.version !== 0) return finish(query, { rcode: RCODE.badVers, answers: [], authorities: [], additionals: [] }, transport);
  if (!query.isInternet || type === 'AXFR' || type === 'IXFR') return finish(query, { rcode: RCODE.refused, answers: [], authorities: [], additionals: [] }, transport);
  return finish(query, resolve({ name, type }), transport);
}

/** Exactly one question, at most one OPT (RFC 6891 section 6.1.1), nothing that cannot be decoded. */
function parseQuery(packet: Buffer): Query | undefined {
  try {
    if (packet.readUInt16BE(4) !== 1) return undefined;
    const { id = 0, questions = [], additionals = [] } = decode(packet);
    const [question] = questions;
    const opts = additionals.filter((record) => record.type === 'OPT');
    if (question === undefined || opts.length > 1) return undefined;
    const [opt] = opts as { udpPayloadSize: number; ednsVersion: number; flag_do: boolean }[];
    return {
      id,
      name: question.name,
      type: question.type,
      isRecursionDesired: (packet.readUInt16BE(2) & FLAG.recursionDesired) !== 0,
      isInternet: packet.readUInt16BE(questionEnd(packet) - 2) === 1,
      edns: opt && { size: opt.udpPayloadSize, version: opt.ednsVersion, wantsDnssec: opt.flag_do },
    };
  } catch {
    return undefined; // the codec throws on what it cannot read; the caller answers FORMERR
  }
}

/** A header with an rcode and nothing else: what can be said without trusting the rest. */
function refuse(packet: Buffer, rcode: Rcode): Handled {
  const response = Buffer.alloc(HEADER_BYTES);
  packet.copy(response, 0, 0, 4);
  response.writeUInt16BE(((packet.readUInt16BE(2) & (FLAG.opcode | FLAG.recursionDesired)) | FLAG.response | rcode) & 0xffff, 2);
  return { response, rcode, type: 'other' };
}

function sizeLimit({ edns }: Query, transport: Transport): number {
  if (transport === 'tcp') return MAX_TCP;
  return edns === undefined ? PLAIN_UDP : Math.min(MAX_UDP, Math.max(PLAIN_UDP, edns.size));
}

function finish(query: Query, answer: Answer, transport: Transport): Handled {
  const { rcode, service } = answer;
  return { response: encodeWithin(query, answer, sizeLimit(query, transport)), rcode, type: query.type, ...(service !== undefined && { service }) };
}

/** Leaves out additional records first, which nobody misses; then whole answers, with TC set. */
function encodeWithin(query: Query, answer: Answer, limit: number): Buffer {
  const whole = encodeAnswer(query, answer, false);
  if (whole.length <= limit) return whole;
  const lean = { ...answer, additionals: [] };
  const withoutAdditionals = encodeAnswer(query, lean, false);
  if (withoutAdditionals.length <= limit) return withoutAdditionals;
  let keep = Math.floor((answer.answers.length * limit) / withoutAdditionals.length);
  for (;;) {
    const cut = encodeAnswer(query, { ...lean, answers: answer.answers.slice(0, keep) }, true);
    if (cut.length <= limit || keep === 0) return cut;
    keep -= 1;
  }
}

function encodeAnswer(query: Query, { rcode, answers, authorities, additionals }: Answer, isTruncated: boolean): Buffer {
  const flags = FLAG.authoritative | (isTruncated ? FLAG.truncated : 0) | (query.isRecursionDesired ? FLAG.recursionDesired : 0) | (rcode & 0xf);
  const opt = query.edns === undefined ? [] : [optRecord(rcode, query.edns)];
  const packet = {
    type: 'response',
    id: query.id,
    flags,
    questions: [{ type: query.type, name: query.name, class: 'IN' }],
    answers: answers.map(toCodec),
    authorities: authorities.map(toCodec),
    additionals: [...additionals.map(toCodec), ...opt],
  };
  return encode(packet as unknown as Packet);
}

function optRecord(rcode: Rcode, { wantsDnssec }: Edns): Record<string, unknown> {
  // DO is copied (RFC 3225); the upper bits of the rcode stand here (RFC 6891)
  return { type: 'OPT', name: '.', udpPayloadSize: MAX_UDP, extendedRcode: rcode >> 4, ednsVersion: 0, flags: wantsDnssec ? 0x8000 : 0, options: [] };
}

function toCodec(record: DnsRecord): Record<string, unknown> {
  return { ...record, class: 'IN' };
}
