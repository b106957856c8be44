import { createCipheriv, createDecipheriv, createPrivateKey, diffieHellman, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { ClusterJoin } from '../api/types/index.ts';
import { ERROR_CODES, type ErrorCode } from '../base/error-codes.ts';
import { McsError } from '../base/errors.ts';
import { isDate, TIMESTAMP } from './broker-info.ts';
import { encodeCanonical } from './canonical.ts';
import { decodeBase64, type Fields, fieldsOf } from './fields.ts';
import { createAnswerKey, parsePublicKey } from './identity-key.ts';

/** What the desk says to one join. Only the joiner can read it. */
export type JoinAnswer =
  | { readonly result: 'accepted'; readonly token: string; /** RFC 3339 */ readonly expiresAt: string }
  | { readonly result: 'refused'; readonly code: ErrorCode; readonly message: string; readonly hints: readonly string[] };

export interface AnswerKeys {
  readonly answerPrivateKeyPem: string;
  /** base64 */
  readonly tokenSecret: string;
}

// layout of an answer: version, the desk's one-time key (SPKI DER), nonce, ciphertext, tag
const VERSION = 1;
const PUBLIC_KEY_BYTES = 44;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + PUBLIC_KEY_BYTES + NONCE_BYTES;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** From both key exchange and token secret, so that neither alone opens or forges an answer. */
function answerKey(privateKey: KeyObject, publicKey: KeyObject, tokenSecret: string, join: ClusterJoin, deskKey: string): Buffer {
  const shared = diffieHellman({ privateKey, publicKey });
  const info = encodeCanonical(['mcs.clusterset.local/cluster-join-answer', join.spec.answerKey, deskKey]);
  return Buffer.from(hkdfSync('sha256', shared, Buffer.from(tokenSecret, 'base64'), info, 32));
}

/** Binds an answer to the object that it stands in and, by the mac, to all that was asked. */
function associatedData(join: ClusterJoin): Buffer {
  return encodeCanonical([join.metadata.name, join.spec.mac]);
}

/** Encrypts an answer for the maker of `join`: text for status.answer. Throws MCS_JOIN_PROOF_INVALID without a usable answer key. */
export function sealAnswer(answer: JoinAnswer, join: ClusterJoin, tokenSecret: string): string {
  const recipient = parsePublicKey(join.spec.answerKey, 'x25519');
  if (recipient === undefined) throw new McsError('MCS_JOIN_PROOF_INVALID', 'Cannot answer the join: its answer key is none');
  const desk = createAnswerKey();
  const key = answerKey(createPrivateKey(desk.privateKeyPem), recipient, tokenSecret, join, desk.publicKey);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(join));
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(answer)), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(desk.publicKey, 'base64'), nonce, ciphertext, cipher.getAuthTag()]).toString('base64');
}

function parseAnswer(fields: Fields): JoinAnswer {
  if (fields.text('result', { max: 8 }) === 'accepted') {
    const token = fields.text('token', { max: 16_384, pattern: /^[\x21-\x7e]+$/ });
    return { result: 'accepted', token, expiresAt: fields.text('expiresAt', { max: 40, pattern: TIMESTAMP, check: isDate }) };
  }
  const code = fields.text('code', { max: 63, pattern: /^MCS_[A-Z_]+$/ });
  return {
    result: fields.literal('result', 'refused'),
    // a newer desk may refuse for a reason that has no code here yet
    code: Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'MCS_JOIN_REFUSED',
    message: fields.text('message', { max: 4096, pattern: PRINTABLE }),
    hints: fields.texts('hints', { maxItems: 16, max: 1024, pattern: PRINTABLE }),
  };
}

function decryptAnswer(bytes: Buffer, join: ClusterJoin, { answerPrivateKeyPem, tokenSecret }: AnswerKeys): string {
  const deskKey = bytes.subarray(1, 1 + PUBLIC_KEY_BYTES).toString('base64');
  const desk = parsePublicKey(deskKey, 'x25519');
  if (bytes[0] !== VERSION || desk === undefined) throw new SyntaxError('Unknown form of answer');
  const key = answerKey(createPrivateKey(answerPrivateKeyPem), desk, tokenSecret, join, deskKey);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1 + PUBLIC_KEY_BYTES, HEAD_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(join));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
}

/** Decrypts status.answer with the keys of the join that was sent. Throws MCS_JOIN_ANSWER_INVALID. */
export function openAnswer(text: string, { join, ...keys }: AnswerKeys & { readonly join: ClusterJoin }): JoinAnswer {
  try {
    const bytes = decodeBase64(text);
    if (bytes === undefined || bytes.length < HEAD_BYTES + TAG_BYTES) throw new SyntaxError('Too short or no base64');
    return parseAnswer(fieldsOf(JSON.parse(decryptAnswer(bytes, join, keys)), 'answer'));
  } catch (error) {
    throw new McsError('MCS_JOIN_ANSWER_INVALID', `Cannot read the answer to ClusterJoin "${join.metadata.name}": the desk of this broker did not write it`, {
      hints: ['mcs deploy-broker'],
      cause: error,
    });
  }
}

/**
 * The answer in an object as it stands on the broker; undefined while there is none. `sent` is the join
 * as it was built here. A desk that no longer knows the token can encrypt nothing: that reads as
 * a refusal with MCS_JOIN_TOKEN_REJECTED.
 */
export function findAnswer(current: ClusterJoin, sent: ClusterJoin, keys: AnswerKeys): JoinAnswer | undefined {
  const { phase, answer } = current.status ?? {};
  if (answer !== undefined) return openAnswer(answer, { ...keys, join: sent });
  if (phase !== 'Refused') return undefined;
  return { result: 'refused', code: 'MCS_JOIN_TOKEN_REJECTED', message: 'Cannot join: the desk does not know this join token (any more)', hints: ['mcs deploy-broker'] };
}
