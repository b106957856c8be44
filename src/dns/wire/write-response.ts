import type { Rcode } from '../records.ts';
import type { Section, WireAnswer } from './encode-answer.ts';
import { FLAG, HEADER_BYTES } from './header.ts';
import type { Query } from './read-query.ts';
import { TYPE } from './types.ts';

export type Transport = 'udp' | 'tcp';

/** Largest UDP answer without EDNS (RFC 1035), and the largest with it that is never fragmented. */
const PLAIN_UDP = 512;
const MAX_UDP = 1232;
const MAX_TCP = 65_535;
const OPT_BYTES = 11;

/** Most bytes that an answer may have. A size below 512 counts as 512 (RFC 6891 section 6.2.3). */
export function sizeLimit({ edns }: Query, transport: Transport): number {
  if (transport === 'tcp') return MAX_TCP;
  return edns === undefined ? PLAIN_UDP : Math.min(MAX_UDP, Math.max(PLAIN_UDP, edns.size));
}

/** A header with an rcode and nothing else: what can be said without trusting the rest of the packet. */
export function writeRefusal(packet: Buffer, rcode: Rcode): Buffer {
  const response = Buffer.alloc(HEADER_BYTES);
  response.writeUInt16BE(packet.readUInt16BE(0), 0);
  response.writeUInt16BE(FLAG.response | (packet.readUInt16BE(2) & (FLAG.opcode | FLAG.recursionDesired)) | rcode, 2);
  return response;
}

/** What of an answer goes into a message: how many answers, and what else. */
interface Cut {
  readonly answers: number;
  readonly answerBytes: number;
  readonly hasAuthorities: boolean;
  readonly hasAdditionals: boolean;
}

/** Additional records are left out first, which nobody misses (RFC 2181 section 9); then whole answers, from the end; at last the SOA of a long name. */
function cutToFit({ answers, authorities, additionals }: WireAnswer, rotated: number, room: number): Cut {
  const whole = answers.bytes.length + authorities.bytes.length;
  if (whole + additionals.bytes.length <= room) return { answers: answers.ends.length, answerBytes: answers.bytes.length, hasAuthorities: true, hasAdditionals: true };
  if (whole <= room) return { answers: answers.ends.length, answerBytes: answers.bytes.length, hasAuthorities: true, hasAdditionals: false };
  const hasAuthorities = authorities.bytes.length <= room;
  const left = hasAuthorities ? room - authorities.bytes.length : room;
  let kept = 0;
  let bytes = 0;
  for (; kept < answers.ends.length; kept += 1) {
    const size = recordBytes(answers, (rotated + kept) % answers.ends.length);
    if (bytes + size > left) break;
    bytes += size;
  }
  return { answers: kept, answerBytes: bytes, hasAuthorities, hasAdditionals: false };
}

function startOf({ ends }: Section, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] ?? 0);
}

function recordBytes(section: Section, index: number): number {
  return (section.ends[index] ?? 0) - startOf(section, index);
}

/**
 * Writes the answer to a query: the id and the question are the query's own bytes, so the case of
 * the name is kept. Answers begin with the one at `rotated` (0 to the number of answers - 1). What
 * does not fit into `limit` bytes is left out by whole records, with TC set where answers or the SOA are missing.
 */
export function writeResponse({ packet, nameEnd, edns }: Query, answer: WireAnswer, limit: number, rotated = 0): Buffer {
  const questionEnd = nameEnd + 4;
  const cut = cutToFit(answer, rotated, limit - questionEnd - (edns === undefined ? 0 : OPT_BYTES));
  const isTruncated = cut.answers < answer.answers.ends.length || !cut.hasAuthorities;
  const authorities = cut.hasAuthorities ? answer.authorities : undefined;
  const additionals = cut.hasAdditionals ? answer.additionals : undefined;
  const size = questionEnd + cut.answerBytes + (authorities?.bytes.length ?? 0) + (additionals?.bytes.length ?? 0) + (edns === undefined ? 0 : OPT_BYTES);
  const response = Buffer.allocUnsafe(size);
  packet.copy(response, 0, 0, questionEnd);
  response.writeUInt16BE(flagsOf(packet, answer, isTruncated), 2);
  response.writeUInt16BE(cut.answers, 6);
  response.writeUInt16BE(authorities?.ends.length ?? 0, 8);
  response.writeUInt16BE((additionals?.ends.length ?? 0) + (edns === undefined ? 0 : 1), 10);
  let at = writeRotated(response, questionEnd, answer.answers, rotated, cut);
  if (authorities !== undefined) at += authorities.bytes.copy(response, at);
  if (additionals !== undefined) at += additionals.bytes.copy(response, at);
  if (edns !== undefined) writeOpt(response, at, answer.rcode, edns.wantsDnssec);
  return response;
}

function flagsOf(packet: Buffer, { rcode, isAuthoritative }: WireAnswer, isTruncated: boolean): number {
  const isRecursionDesired = packet.readUInt16BE(2) & FLAG.recursionDesired;
  return FLAG.response | isRecursionDesired | (isAuthoritative ? FLAG.authoritative : 0) | (isTruncated ? FLAG.truncated : 0) | (rcode & 0xf);
}

/** Copies records from the rotated one to the end, then those before it; the cut may end it earlier. */
function writeRotated(response: Buffer, offset: number, section: Section, rotated: number, { answerBytes }: Cut): number {
  const start = startOf(section, rotated);
  const first = Math.min(answerBytes, section.bytes.length - start);
  section.bytes.copy(response, offset, start, start + first);
  section.bytes.copy(response, offset + first, 0, answerBytes - first);
  return offset + answerBytes;
}

/** DO is copied (RFC 3225); the upper bits of the rcode stand here; options are never echoed (RFC 6891). */
function writeOpt(response: Buffer, offset: number, rcode: Rcode, wantsDnssec: boolean): void {
  response.writeUInt8(0, offset);
  response.writeUInt16BE(TYPE.OPT, offset + 1);
  response.writeUInt16BE(MAX_UDP, offset + 3);
  response.writeUInt8(rcode >> 4, offset + 5);
  response.writeUInt8(0, offset + 6);
  response.writeUInt16BE(wantsDnssec ? 0x8000 : 0, offset + 7);
  response.writeUInt16BE(0, offset + 9);
}
