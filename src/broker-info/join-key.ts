import { createHash, randomBytes } from 'node:crypto';
import { McsError } from '../base/errors.ts';

/** Crockford's base32: no I, L, O, U, so that nothing can be misread. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY_BYTES = 20; // 160 bits, 32 characters
const CHECK_CHARACTERS = 4; // one typing error in a million is missed
const GROUP = /.{4}/g;
/** Far above what groups and spaces can add to 36 characters. */
const MAX_TYPED_LENGTH = 128;

export type RandomBytes = (size: number) => Buffer;

function encodeBase32(bytes: Buffer): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET.charAt((value >> (bits - 5)) & 31);
  }
  return text;
}

function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    value = ((value << 5) | ALPHABET.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 255);
  }
  return Buffer.from(bytes);
}

function hash(purpose: string, bytes: Buffer): Buffer {
  return createHash('sha256').update(`mcs.clusterset.local/${purpose}\0`).update(bytes).digest();
}

function checkGroup(bytes: Buffer): string {
  return encodeBase32(hash('join-key-check', bytes)).slice(0, CHECK_CHARACTERS);
}

/**
 * Makes the key that opens a broker-info file: 160 random bits as eight groups of four characters,
 * and a ninth that catches typing errors.
 */
export function createJoinKey(random: RandomBytes = randomBytes): string {
  const bytes = random(KEY_BYTES);
  return (encodeBase32(bytes) + checkGroup(bytes)).match(GROUP)?.join('-') ?? '';
}

/**
 * The bytes of a key as a person typed it: case, spaces and dashes do not matter, O is read as 0,
 * I and L as 1. Throws MCS_BROKER_INFO_KEY_WRONG for a key that no createJoinKey made.
 */
export function parseJoinKey(key: string): Buffer {
  const typed = key.length > MAX_TYPED_LENGTH ? '' : key.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const body = typed.slice(0, -CHECK_CHARACTERS);
  const isWellFormed = body.length === (KEY_BYTES * 8) / 5 && /^[0-9A-HJKMNP-TV-Z]+$/.test(typed);
  const bytes = isWellFormed ? decodeBase32(body) : undefined;
  if (bytes === undefined || checkGroup(bytes) !== typed.slice(-CHECK_CHARACTERS)) {
    throw new McsError('MCS_BROKER_INFO_KEY_WRONG', 'Cannot read the join key: it is incomplete or mistyped', {
      hints: ['Compare it with what deploy-broker printed: nine groups of four characters'],
    });
  }
  return bytes;
}

/** Tells keys apart without giving anything of them away: 16 hex digits. Throws like parseJoinKey. */
export function joinKeyFingerprint(key: string): string {
  return hash('join-key-fingerprint', parseJoinKey(key)).toString('hex').slice(0, 16);
}
