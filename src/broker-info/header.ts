import { McsError } from '../base/errors.ts';
import { isDate, TIMESTAMP, TOKEN_ID } from './broker-info.ts';
import { type Fields, fieldsOf } from './fields.ts';

export const FORMAT = 'mcs-broker-info';
export const FORMAT_VERSION = 1;
/** No file is larger, and none that is gets parsed. */
export const MAX_FILE_BYTES = 131_072;

export interface ScryptParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and some 60 ms: enough, because the key itself has 160 bits. */
export const DEFAULT_SCRYPT: ScryptParameters = { N: 32_768, r: 8, p: 1 };
/** What a file may demand at most; checked before anything is derived. */
const SCRYPT_BOUNDS = { minN: 1024, maxN: 131_072, maxR: 16, maxP: 4 };
const MAX_SCRYPT_MEMORY = 134_217_728;
/** Some room above the memory bound for OpenSSL's own blocks. */
export const SCRYPT_MAXMEM = MAX_SCRYPT_MEMORY + 4_194_304;

/** First line of the file. It stands in the clear, so it names neither the broker nor a secret. */
export interface BrokerInfoHeader {
  readonly version: 1;
  readonly kdf: ScryptParameters & { readonly salt: Buffer };
  readonly nonce: Buffer;
  /** Of the join key that opens the file. */
  readonly fingerprint: string;
  /** Of the join token, so that it can be revoked when file or key are lost. */
  readonly tokenID: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** The header line; its bytes are also the additional authenticated data. */
export function renderHeader(header: BrokerInfoHeader): string {
  const { kdf, nonce, fingerprint, tokenID, createdAt, expiresAt } = header;
  return JSON.stringify({
    format: FORMAT,
    version: FORMAT_VERSION,
    kdf: { name: 'scrypt', N: kdf.N, r: kdf.r, p: kdf.p, salt: kdf.salt.toString('base64') },
    cipher: { name: 'aes-256-gcm', nonce: nonce.toString('base64') },
    fingerprint,
    tokenID,
    createdAt,
    expiresAt,
  });
}

/** Reads a header line. Throws MCS_BROKER_INFO_VERSION for a format to come, FieldError or SyntaxError for nonsense. */
export function parseHeader(line: string): BrokerInfoHeader {
  const fields = fieldsOf(JSON.parse(line), 'header');
  fields.literal('format', FORMAT);
  const version = fields.integer('version', { min: 1, max: Number.MAX_SAFE_INTEGER });
  if (version > FORMAT_VERSION) {
    throw new McsError('MCS_BROKER_INFO_VERSION', `Cannot read the broker-info file: its format is version ${version}, and this mcs knows version ${FORMAT_VERSION}`, {
      hints: ['Install the version of mcs that wrote the file'],
      details: { version, known: FORMAT_VERSION },
    });
  }
  fields.only(['format', 'version', 'kdf', 'cipher', 'fingerprint', 'tokenID', 'createdAt', 'expiresAt']);
  return {
    version: FORMAT_VERSION,
    kdf: parseKdf(fields.record('kdf')),
    nonce: parseCipher(fields.record('cipher')),
    fingerprint: fields.text('fingerprint', { max: 16, pattern: /^[0-9a-f]{16}$/ }),
    tokenID: fields.text('tokenID', { max: 50, pattern: TOKEN_ID }),
    createdAt: fields.text('createdAt', { max: 40, pattern: TIMESTAMP, check: isDate }),
    expiresAt: fields.text('expiresAt', { max: 40, pattern: TIMESTAMP, check: isDate }),
  };
}

function parseKdf(fields: Fields): BrokerInfoHeader['kdf'] {
  fields.only(['name', 'N', 'r', 'p', 'salt']);
  fields.literal('name', 'scrypt');
  const N = fields.integer('N', { min: SCRYPT_BOUNDS.minN, max: SCRYPT_BOUNDS.maxN });
  const r = fields.integer('r', { min: 1, max: SCRYPT_BOUNDS.maxR });
  const p = fields.integer('p', { min: 1, max: SCRYPT_BOUNDS.maxP });
  if ((N & (N - 1)) !== 0) fields.fail('N', 'is no power of two');
  if (128 * N * r > MAX_SCRYPT_MEMORY) fields.fail('N', 'demands too much memory');
  return { N, r, p, salt: fields.bytes('salt', { min: 16, max: 64 }) };
}

function parseCipher(fields: Fields): Buffer {
  fields.only(['name', 'nonce']);
  fields.literal('name', 'aes-256-gcm');
  return fields.bytes('nonce', { min: 12, max: 12 });
}
