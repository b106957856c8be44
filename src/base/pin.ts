import { createHash, X509Certificate } from 'node:crypto';

/** Pin of a certificate authority: `sha256:<hex>` over the public key (SPKI, DER) of the first certificate in a PEM text. */
export function spkiPin(caPem: string): string {
  const spki = new X509Certificate(caPem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}
