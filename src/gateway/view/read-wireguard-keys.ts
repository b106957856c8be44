import { createPrivateKey, createPublicKey } from 'node:crypto';
import { MEMBER_WIREGUARD_SECRET } from '../../api/names.ts';
import type { Secret, WireguardKeys } from '../../api/types/index.ts';
import { WIREGUARD_KEY } from '../../api/wireguard-key.ts';

/** Why the tunnels of a gateway have no key. */
export interface KeyProblem {
  /** CamelCase, for conditions. */
  readonly reason: 'WireguardKeyMissing' | 'WireguardKeyInvalid';
  readonly message: string;
}

/** RFC 8410, section 7: what stands before the 32 bytes of an X25519 key in PKCS#8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

function publicKeyOf(privateKey: string): string {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, Buffer.from(privateKey, 'base64')]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
}

/** Blanks around a key are how files end; within one they make lines of their own in what `wg` reads. */
function textOf(secret: Secret, key: keyof WireguardKeys): string | undefined {
  const encoded = secret.data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').trim();
}

/**
 * The key pair that the Secret holds, or why it holds none. No value of the Secret is in a message,
 * since what is wrong may be a key with a slip.
 */
export function readWireguardKeys(secret: Secret | undefined): { readonly keys: WireguardKeys } | { readonly problem: KeyProblem } {
  if (secret === undefined) return { problem: { reason: 'WireguardKeyMissing', message: `Secret "${MEMBER_WIREGUARD_SECRET}" with the key of the cluster is missing: run mcs join again` } };
  const invalid = (what: string): { problem: KeyProblem } => ({ problem: { reason: 'WireguardKeyInvalid', message: `${what} in Secret "${MEMBER_WIREGUARD_SECRET}": make new ones with mcs gateway rotate-key` } });
  const [privateKey = '', publicKey = ''] = [textOf(secret, 'privateKey'), textOf(secret, 'publicKey')];
  if (!WIREGUARD_KEY.test(privateKey)) return invalid('"privateKey" is no key of WireGuard');
  if (!WIREGUARD_KEY.test(publicKey)) return invalid('"publicKey" is no key of WireGuard');
  return publicKeyOf(privateKey) === publicKey ? { keys: { privateKey, publicKey } } : invalid('"publicKey" does not belong to "privateKey"');
}
