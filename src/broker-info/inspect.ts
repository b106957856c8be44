import { parseEnvelope } from './envelope.ts';
import type { BrokerInfoHeader } from './header.ts';
import { decodeSubctlInfo, type SubctlInfo } from './subctl-format.ts';

export type BrokerInfoInspection =
  | ({ readonly format: 'mcs' } & Pick<BrokerInfoHeader, 'version' | 'fingerprint' | 'tokenID' | 'createdAt' | 'expiresAt'>)
  | ({ readonly format: 'subctl' } & SubctlInfo);

/**
 * What a broker-info file says of itself without its key; never a secret, and nothing is decrypted.
 * An expired file is described like any other. Throws MCS_BROKER_INFO_MALFORMED, MCS_BROKER_INFO_VERSION.
 */
export function inspectBrokerInfo(text: string): BrokerInfoInspection {
  const subctl = text.startsWith('{') ? undefined : decodeSubctlInfo(text);
  if (subctl !== undefined) return { format: 'subctl', ...subctl };
  const { version, fingerprint, tokenID, createdAt, expiresAt } = parseEnvelope(text).header;
  return { format: 'mcs', version, fingerprint, tokenID, createdAt, expiresAt };
}
