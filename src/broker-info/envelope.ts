import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { errorMessage, McsError } from '../base/errors.ts';
import { type BrokerInfo, parseBrokerInfo } from './broker-info.ts';
import { decodeBase64 } from './fields.ts';
import { type BrokerInfoHeader, DEFAULT_SCRYPT, MAX_FILE_BYTES, parseHeader, renderHeader, SCRYPT_MAXMEM, type ScryptParameters } from './header.ts';
import { joinKeyFingerprint, parseJoinKey, type RandomBytes } from './join-key.ts';
import { decodeSubctlInfo } from './subctl-format.ts';

const TAG_BYTES = 16;

/** A file taken apart; nothing is decrypted yet. */
export interface Envelope {
  readonly header: BrokerInfoHeader;
  /** The header as it stands in the file: the additional authenticated data. */
  readonly headerLine: string;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

export interface SealOptions {
  readonly random?: RandomBytes;
  readonly scrypt?: ScryptParameters;
}

export interface OpenOptions {
  /** ms since the epoch */
  readonly now?: number;
}

function digestLine(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function deriveKey(key: string, { N, r, p, salt }: BrokerInfoHeader['kdf']): Buffer {
  return scryptSync(parseJoinKey(key), salt, 32, { N, r, p, maxmem: SCRYPT_MAXMEM });
}

/** Encrypts a BrokerInfo under a join key: the text of a broker-info file. */
export function sealBrokerInfo(info: BrokerInfo, key: string, options: SealOptions = {}): string {
  const { random = randomBytes, scrypt = DEFAULT_SCRYPT } = options;
  const header: BrokerInfoHeader = {
    version: 1,
    kdf: { ...scrypt, salt: random(16) },
    nonce: random(12),
    fingerprint: joinKeyFingerprint(key),
    tokenID: info.token.id,
    createdAt: info.createdAt,
    expiresAt: info.token.expiresAt,
  };
  const headerLine = renderHeader(header);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(key, header.kdf), header.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(headerLine));
  const body = Buffer.concat([cipher.update(JSON.stringify(info)), cipher.final(), cipher.getAuthTag()]).toString('base64');
  const text = `${headerLine}\n${body}\n`;
  const sealed = `${text}${digestLine(text)}\n`;
  validateSealed(info, sealed);
  return sealed;
}

/** What cannot be read must not be written either. */
function validateSealed(info: BrokerInfo, sealed: string): void {
  try {
    parseBrokerInfo(info);
    parseEnvelope(sealed);
  } catch (error) {
    throw new McsError('MCS_BROKER_INFO_WRITE', `Cannot write the broker-info file: ${errorMessage(error)}`, { cause: error });
  }
}

function throwMalformed(state: string, cause?: unknown): never {
  throw new McsError('MCS_BROKER_INFO_MALFORMED', `Cannot read the broker-info file: ${state}`, {
    hints: ['Copy the file again from where deploy-broker wrote it, as a whole and unchanged', 'mcs deploy-broker'],
    ...(cause !== undefined && { cause }),
  });
}

/**
 * Takes a file apart and checks all that can be checked without its key: size, digest, header.
 * First and last line keep their meaning in every version of the format, so a changed byte in the
 * version is still told from a newer file.
 * Throws MCS_BROKER_INFO_MALFORMED, MCS_BROKER_INFO_VERSION, MCS_BROKER_INFO_SUBCTL.
 */
export function parseEnvelope(file: string): Envelope {
  if (Buffer.byteLength(file) > MAX_FILE_BYTES) throwMalformed(`it is larger than ${MAX_FILE_BYTES} bytes`);
  // editors and CI secrets change line ends or drop the last one; no other byte may differ
  const text = file.replaceAll('\r\n', '\n').replace(/\n$/, '');
  if (!text.startsWith('{')) {
    if (decodeSubctlInfo(text) === undefined) throwMalformed('it is no broker-info file');
    throw new McsError('MCS_BROKER_INFO_SUBCTL', 'Cannot join with this broker-info file: subctl wrote it, and its broker has no desk', {
      hints: ['mcs deploy-broker'],
    });
  }
  const end = text.lastIndexOf('\n') + 1;
  if (digestLine(text.slice(0, end)) !== text.slice(end)) throwMalformed('it is cut short, or a byte of it has changed');
  const [headerLine = '', body = '', ...rest] = text.slice(0, end - 1).split('\n');
  const header = readHeader(headerLine);
  const bytes = decodeBase64(body);
  if (rest.length > 0 || bytes === undefined || bytes.length <= TAG_BYTES) return throwMalformed('its encrypted part is no base64');
  return { header, headerLine, ciphertext: bytes.subarray(0, -TAG_BYTES), tag: bytes.subarray(-TAG_BYTES) };
}

function readHeader(line: string): BrokerInfoHeader {
  try {
    return parseHeader(line);
  } catch (error) {
    if (error instanceof McsError) throw error;
    return throwMalformed(error instanceof SyntaxError ? 'its first line is no JSON' : errorMessage(error), error);
  }
}

/** Throws MCS_BROKER_INFO_EXPIRED once the join credential of a file has ended; needs no key. */
export function validateNotExpired({ expiresAt, createdAt }: Pick<BrokerInfoHeader, 'expiresAt' | 'createdAt'>, now: number): void {
  if (Date.parse(expiresAt) > now) return;
  const clock = new Date(now).toISOString();
  throw new McsError('MCS_BROKER_INFO_EXPIRED', `Cannot join with this broker-info file: its credential expired at ${expiresAt} (the clock here says ${clock})`, {
    hints: ['mcs deploy-broker'],
    details: { createdAt, expiresAt, clock },
  });
}

/**
 * Decrypts a file. Expiry comes before the key, because no key helps with an expired file.
 * Throws MCS_BROKER_INFO_MALFORMED, _VERSION, _SUBCTL, _EXPIRED and _KEY_WRONG.
 */
export function openBrokerInfo(file: string, key: string, { now = Date.now() }: OpenOptions = {}): BrokerInfo {
  const envelope = parseEnvelope(file);
  validateNotExpired(envelope.header, now);
  const fingerprint = joinKeyFingerprint(key);
  if (fingerprint !== envelope.header.fingerprint) {
    throw new McsError('MCS_BROKER_INFO_KEY_WRONG', `Cannot open the broker-info file: it needs the join key "${envelope.header.fingerprint}", and this is "${fingerprint}"`, {
      hints: ['Use the join key that deploy-broker printed when it wrote this very file', 'mcs deploy-broker'],
      details: { needed: envelope.header.fingerprint, given: fingerprint },
    });
  }
  return readPayload(decrypt(envelope, key), envelope.header);
}

function decrypt({ header, headerLine, ciphertext, tag }: Envelope, key: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(key, header.kdf), header.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(headerLine));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch (error) {
    return throwMalformed('it was altered after it had been written', error);
  }
}

function readPayload(payload: Buffer, header: BrokerInfoHeader): BrokerInfo {
  try {
    const info = parseBrokerInfo(JSON.parse(payload.toString('utf8')));
    if (info.token.id === header.tokenID && info.token.expiresAt === header.expiresAt) return info;
  } catch (error) {
    return throwMalformed(error instanceof SyntaxError ? 'its content is no JSON' : errorMessage(error), error);
  }
  return throwMalformed('its header and its content differ');
}
