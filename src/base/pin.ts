import { createHash, X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function pinOf(certificatePem: string): string {
  const spki = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

/**
 * Pins of the authorities in a PEM text, in their order and each once: `sha256:<hex>` over the
 * public key (SPKI, DER). None for an empty text, which stands for the system's trust store.
 * Throws where a certificate cannot be read, or a text that is not empty holds none.
 */
export function caPins(ca: string): string[] {
  if (ca.trim() === '') return [];
  const certificates = ca.match(CERTIFICATE) ?? [ca];
  return [...new Set(certificates.map(pinOf))];
}

/** Pin of the first authority in a PEM text; empty for an empty text. */
export function caPin(ca: string): string {
  return caPins(ca)[0] ?? '';
}

/** Whether both trust one authority at least, or both the system's. */
export function sharesAuthority(a: string, b: string): boolean {
  const [pins, others] = [caPins(a), new Set(caPins(b))];
  return pins.length === 0 ? others.size === 0 : pins.some((pin) => others.has(pin));
}

/** Whether both trust just the same authorities, in whatever order. */
export function isSameAuthority(a: string, b: string): boolean {
  return caPins(a).sort().join() === caPins(b).sort().join();
}

/** Each certificate of a PEM text for itself, in order, each authority once. */
export function splitAuthorities(ca: string): string[] {
  const known = new Set<string>();
  const certificates = ca.match(CERTIFICATE) ?? [];
  return certificates.filter((pem) => !known.has(pinOf(pem)) && known.add(pinOf(pem))).map((pem) => `${pem}\n`);
}

/** The authorities of `ca` and those of `more` that it lacks, as one PEM text. */
export function joinAuthorities(ca: string, more: string): string {
  return splitAuthorities(`${ca}\n${more}`).join('');
}
