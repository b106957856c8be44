/** What is signed: texts and lists of texts, in a fixed order. */
export type CanonicalItem = string | readonly string[];

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([length(bytes.length), bytes]);
}

/**
 * Length-prefixed encoding: no two sequences of one shape give the same bytes, wherever their
 * texts are cut. A text is its length and UTF-8 bytes, a list its count and its texts.
 */
export function encodeCanonical(items: readonly CanonicalItem[]): Buffer {
  return Buffer.concat(items.map((item) => (typeof item === 'string' ? encodeText(item) : Buffer.concat([length(item.length), ...item.map(encodeText)]))));
}
