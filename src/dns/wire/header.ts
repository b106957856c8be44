/** Fixed part of a DNS message (RFC 1035 section 4.1.1). */
export const HEADER_BYTES = 12;

/** Bits of the second header word. */
export const FLAG = { response: 0x8000, opcode: 0x7800, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100 } as const;

export function isResponse(packet: Buffer): boolean {
  return (packet.readUInt16BE(2) & FLAG.response) !== 0;
}

export function opcodeOf(packet: Buffer): number {
  return (packet.readUInt16BE(2) & FLAG.opcode) >> 11;
}

/** Offset behind the first question. Throws RangeError where the packet ends before it. */
export function questionEnd(packet: Buffer): number {
  let offset = HEADER_BYTES;
  for (;;) {
    const length = packet.readUInt8(offset);
    if (length === 0) return offset + 5;
    // a pointer in a question can only point at the header: no name that anybody asked for
    if (length > 63) throw new RangeError('Cannot read the question: a label is longer than 63');
    offset += length + 1;
  }
}
