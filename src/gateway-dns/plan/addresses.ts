import { canonicalAddress, familyOf } from '../../api/cidr.ts';
import { refusalOfForm } from '../../sync/service/address-policy.ts';
import { compareText } from './names.ts';

export interface ScreenedAddresses {
  /** Canonical, sorted, each once. */
  readonly addresses: readonly string[];
  /** Why others are left out. */
  readonly notes: readonly string[];
}

/** Keeps the addresses that may be published: no special ranges, which mean something else in every cluster. */
export function screenAddresses(texts: readonly string[], allowLoopback: boolean): ScreenedAddresses {
  const addresses = new Set<string>();
  const notes = new Set<string>();
  for (const text of texts) {
    const family = familyOf(text);
    const refusal = family === undefined ? 'AddressInvalid' : refusalOfForm(text, family, allowLoopback);
    if (refusal === undefined) addresses.add(canonicalAddress(text) ?? text);
    else notes.add(`${JSON.stringify(text)} is left out: ${refusal === 'AddressInvalid' ? 'it is no IP address' : 'it leads to no other cluster'}`);
  }
  return { addresses: [...addresses].sort(compareText), notes: [...notes] };
}
