import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeBase64 } from './fields.ts';

export interface IdentityKey {
  /** PKCS #8 */
  readonly privateKeyPem: string;
  /** SPKI DER in base64 */
  readonly publicKey: string;
}

type KeyType = 'ed25519' | 'x25519';

function exportPublic(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** Makes the Ed25519 key pair that a cluster keeps as long as it is a member. */
export function createIdentityKey(): IdentityKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: exportPublic(publicKey) };
}

/** Makes a fresh X25519 key pair: only its holder can read the answer to one join. */
export function createAnswerKey(): IdentityKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: exportPublic(publicKey) };
}

/** Public half of a private key in PEM, SPKI DER in base64. */
export function publicKeyOf(privateKeyPem: string): string {
  return exportPublic(createPublicKey(createPrivateKey(privateKeyPem)));
}

/** What people compare to know whose key it is: 16 hex digits in groups of four. */
export function identityFingerprint(publicKey: string): string {
  const digits = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
  return digits.match(/.{4}/g)?.join('-') ?? '';
}

/** Reads a public key of the wanted type; undefined for anything else. */
export function parsePublicKey(text: string, type: KeyType): KeyObject | undefined {
  const der = decodeBase64(text);
  if (der === undefined) return undefined;
  try {
    const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    // only the canonical form, or one key could be counted under several names
    return key.asymmetricKeyType === type && exportPublic(key) === text ? key : undefined;
  } catch {
    return undefined;
  }
}
