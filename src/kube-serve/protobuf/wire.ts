import { refusal, type StatusError } from '../status-error.ts';

/** One field as it stands on the wire: a number, or bytes. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

function malformed(why: string): StatusError {
  return refusal('BadRequest', `the request body cannot be read: malformed protobuf: ${why}`);
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function readVarint(data: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = start; index < start + 10; index += 1) {
    const byte = data[index];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (index - start));
    if (byte < 0x80) return { value: BigInt.asIntN(64, value), end: index + 1 };
  }
  throw malformed('a number has no end');
}

function slice(data: Buffer, start: number, length: number): Buffer {
  if (length < 0 || start + length > data.length) throw malformed('a field is longer than its message');
  return data.subarray(start, start + length);
}

/** The fields of a message in their order (protobuf encoding). Throws 400. */
export function wireFields(data: Buffer): readonly WireField[] {
  return [...readFields(data)];
}

function* readFields(data: Buffer): Generator<WireField> {
  let position = 0;
  while (position < data.length) {
    const key = readVarint(data, position);
    const number = Number(key.value >> 3n);
    const type = Number(key.value & 7n);
    position = key.end;
    if (type === VARINT) {
      const { end, value } = readVarint(data, position);
      position = end;
      yield { number, value };
    } else if (type === BYTES) {
      const { end, value } = readVarint(data, position);
      const bytes = slice(data, end, Number(value));
      position = end + bytes.length;
      yield { number, value: bytes };
    } else if (type === FIXED64 || type === FIXED32) {
      const bytes = slice(data, position, type === FIXED64 ? 8 : 4);
      position += bytes.length;
      yield { number, value: bytes };
    } else {
      throw malformed(`unknown wire type ${type}`);
    }
  }
}
