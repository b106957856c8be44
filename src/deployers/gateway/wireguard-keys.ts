import { generateKeyPairSync } from 'node:crypto';
import type { WireguardKeys } from '../../api/types/index.ts';

/** The bits that X25519 ignores or sets (RFC 7748, section 5), so that `wg` shows the very key that is kept. */
function clamp(key: Buffer): Buffer {
  const clamped = Buffer.from(key);
  clamped.writeUInt8(clamped.readUInt8(0) & 0xf8, 0);
  clamped.writeUInt8((clamped.readUInt8(31) & 0x7f) | 0x40, 31);
  return clamped;
}

/** A new key pair for the tunnels of a cluster. */
export function createWireguardKeys(): WireguardKeys {
  const { d = '', x = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return { privateKey: clamp(Buffer.from(d, 'base64url')).toString('base64'), publicKey: Buffer.from(x, 'base64url').toString('base64') };
}
