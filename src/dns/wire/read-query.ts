import { decode } from 'dns-packet';
import { RCODE, type Rcode } from '../records.ts';
import { FLAG, HEADER_BYTES, nameEnd } from './header.ts';
import { TYPE } from './types.ts';

export interface Edns {
  /** What the client can take over UDP, bytes. */
  readonly size: number;
  readonly version: number;
  readonly wantsDnssec: boolean;
}

/** A message with exactly one question, checked to its last byte. */
export interface Query {
  readonly packet: Buffer;
  /** Offset behind the name of the question. */
  readonly nameEnd: number;
  readonly type: number;
  readonly class: number;
  readonly edns: Edns | undefined;
}

/** Bytes of an OPT record before its options (RFC 6891 section 6.1.2), the root name included. */
const OPT_FIXED_BYTES = 11;

/**
 * Reads a message. Gives the rcode where it has to be refused, and undefined where it deserves no
 * answer at all: too short to have an id, or a response, for two servers must never answer each other.
 */
export function readQuery(packet: Buffer): Query | Rcode | undefined {
  if (packet.length < HEADER_BYTES) return undefined;
  const flags = packet.readUInt16BE(2);
  if ((flags & FLAG.response) !== 0) return undefined;
  if ((flags & FLAG.opcode) !== 0) return RCODE.notImp;
  // one question, and neither answers nor authorities in a question
  if (packet.readUInt16BE(4) !== 1 || packet.readUInt32BE(6) !== 0) return RCODE.formErr;
  const end = nameEnd(packet, HEADER_BYTES);
  if (end < 0 || end + 4 > packet.length) return RCODE.formErr;
  const edns = readEdns(packet, end + 4, packet.readUInt16BE(10));
  if (edns === 'malformed') return RCODE.formErr;
  return { packet, nameEnd: end, type: packet.readUInt16BE(end), class: packet.readUInt16BE(end + 2), edns };
}

function readEdns(packet: Buffer, offset: number, additionals: number): Edns | undefined | 'malformed' {
  if (additionals === 0) return offset === packet.length ? undefined : 'malformed';
  const isOpt = packet[offset] === 0 && offset + OPT_FIXED_BYTES <= packet.length && packet.readUInt16BE(offset + 1) === TYPE.OPT;
  if (additionals > 1 || !isOpt) return findEdns(packet);
  if (!areOptions(packet, offset + OPT_FIXED_BYTES, packet.readUInt16BE(offset + 9))) return 'malformed';
  return { size: packet.readUInt16BE(offset + 3), version: packet.readUInt8(offset + 6), wantsDnssec: (packet.readUInt8(offset + 7) & 0x80) !== 0 };
}

/** Whether the rest of the packet is `length` bytes of whole options: code, length, data. */
function areOptions(packet: Buffer, offset: number, length: number): boolean {
  let at = offset;
  while (at + 4 <= packet.length) at += 4 + packet.readUInt16BE(at + 2);
  return at === packet.length && at - offset === length;
}

/** The rare message with other additional records (TSIG, say). At most one OPT is allowed (RFC 6891 section 6.1.1). */
function findEdns(packet: Buffer): Edns | undefined | 'malformed' {
  try {
    const { additionals = [] } = decode(packet);
    const [opt, second] = additionals.filter((record) => record.type === 'OPT');
    if (second !== undefined || decode.bytes !== packet.length) return 'malformed';
    return opt && { size: opt.udpPayloadSize, version: opt.ednsVersion, wantsDnssec: opt.flag_do };
  } catch {
    return 'malformed'; // the codec throws on what it cannot read
  }
}
