/** "mcsE", then the version of the format. */
const MAGIC = 0x6d637345;
const VERSION = 1;
const REQUEST = 0;
const ANSWER = 1;

/** Requests and answers are of one size, so that nobody can have an echo server send more than was sent to it. */
export const ECHO_BYTES = 24;

/** What a probe carries: which run of which path it belongs to, and its number. */
export interface Echo {
  readonly session: bigint;
  readonly sequence: number;
}

function encode(type: number, { session, sequence }: Echo): Buffer {
  const packet = Buffer.alloc(ECHO_BYTES);
  packet.writeUInt32BE(MAGIC, 0);
  packet.writeUInt8(VERSION, 4);
  packet.writeUInt8(type, 5);
  packet.writeBigUInt64BE(session, 8);
  packet.writeUInt32BE(sequence, 16);
  return packet;
}

function isOf(type: number, packet: Buffer): boolean {
  return packet.length === ECHO_BYTES && packet.readUInt32BE(0) === MAGIC && packet.readUInt8(4) === VERSION && packet.readUInt8(5) === type;
}

export function encodeRequest(echo: Echo): Buffer {
  return encode(REQUEST, echo);
}

/** What to send back for a packet; undefined for what is no request. An answer is none, so two servers never keep each other busy. */
export function answerTo(packet: Buffer): Buffer | undefined {
  if (!isOf(REQUEST, packet)) return undefined;
  const answer = Buffer.from(packet);
  answer.writeUInt8(ANSWER, 5);
  return answer;
}

/** Undefined for what is no answer. */
export function decodeAnswer(packet: Buffer): Echo | undefined {
  return isOf(ANSWER, packet) ? { session: packet.readBigUInt64BE(8), sequence: packet.readUInt32BE(16) } : undefined;
}
