/** Fixed part of a DNS message (RFC 1035 section 4.1.1). */
export const HEADER_BYTES = 12;

/** Bits of the second header word. */
export const FLAG = { response: 0x8000, opcode: 0x7800, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100 } as const;

/** Longest name on the wire, with its length bytes and the root (RFC 1035 section 2.3.4). */
export const MAX_NAME_BYTES = 255;
const MAX_LABEL_BYTES = 63;

/**
 * Offset behind the name that begins at `offset`; -1 where it is cut short, too long, or holds a
 * pointer: in a question a pointer could only point at the header.
 */
export function nameEnd(packet: Buffer, offset: number): number {
  let at = offset;
  for (;;) {
    const length = packet[at];
    if (length === undefined || length > MAX_LABEL_BYTES) return -1;
    at += length + 1;
    if (at - offset > MAX_NAME_BYTES) return -1;
    if (length === 0) return at;
  }
}
