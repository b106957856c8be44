import { createHash, X509Certificate } from 'node:crypto';

/** Pin of a certificate authority: `sha256:<hex>` over the SPKI of the first certificate in the PEM text; empty for an empty text. */
export function caPinOf(ca: string): string {
  if (ca === '') return '';
  const spki = new X509Certificate(ca).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}
