import { McsError } from '../base/errors.ts';
import { type BrokerInfo, type BrokerInfoInspection, inspectBrokerInfo, openBrokerInfo, readBrokerInfoFile } from '../broker-info/index.ts';
import { getJoinKey } from './join/open-info.ts';
import type { KeySources } from './join/options.ts';

/** What a broker-info file holds, secrets left out. */
export type TokenInspection = BrokerInfoInspection & {
  readonly isExpired?: boolean;
  /** Whether the key is known here; the members below need it. */
  readonly isOpened?: boolean;
  readonly broker?: string;
  readonly namespace?: string;
  readonly caPin?: string;
  readonly components?: readonly string[];
  readonly brokerUID?: string;
};

/** Opens a file if its key is known; expiry does not matter for looking at it. */
async function findInfo(text: string, keys: KeySources, { fingerprint, createdAt }: Extract<BrokerInfoInspection, { format: 'mcs' }>): Promise<BrokerInfo | undefined> {
  try {
    // nobody is asked for a key just to look at a file
    const { ask: _ask, ...known } = keys;
    return openBrokerInfo(text, await getJoinKey(known, fingerprint), { now: Date.parse(createdAt) });
  } catch (error) {
    if (error instanceof McsError && error.code === 'MCS_BROKER_INFO_KEY_MISSING' && keys.keyFile === undefined) return undefined;
    throw error;
  }
}

/**
 * Describes a broker-info file of ours or of subctl, with what needs the key if that is known.
 * Throws MCS_BROKER_INFO_NOT_FOUND, _MALFORMED, _VERSION, and _KEY_WRONG for a key that does not fit.
 */
export async function inspectToken(path: string, keys: KeySources, now: number): Promise<TokenInspection> {
  const text = await readBrokerInfoFile(path);
  const inspection = inspectBrokerInfo(text);
  if (inspection.format === 'subctl') return inspection;
  const info = await findInfo(text, keys, inspection);
  return {
    ...inspection,
    isExpired: Date.parse(inspection.expiresAt) <= now,
    isOpened: info !== undefined,
    ...(info && { broker: info.server, namespace: info.namespace, caPin: info.caPin, components: info.components, brokerUID: info.brokerUID }),
  };
}
