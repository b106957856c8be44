import { spkiPin } from '../base/pin.ts';

/** Pin of a certificate authority in PEM; empty for an empty text, which stands for the system's trust store. */
export function caPinOf(ca: string): string {
  return ca === '' ? '' : spkiPin(ca);
}
