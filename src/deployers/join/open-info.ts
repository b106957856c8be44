import { readFile } from 'node:fs/promises';
import { errorMessage, McsError } from '../../base/errors.ts';
import { type BrokerInfo, findJoinKey, inspectBrokerInfo, openBrokerInfo, readBrokerInfoFile, validateNotExpired } from '../../broker-info/index.ts';
import type { KeySources } from './options.ts';

async function readKeyFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new McsError('MCS_BROKER_INFO_KEY_MISSING', `Cannot read key file "${path}": ${errorMessage(error)}`, {
      hints: ['Give the path of a file that holds the join key as deploy-broker printed it'],
      cause: error,
    });
  }
}

/** The join key from the first source that has one. Throws MCS_BROKER_INFO_KEY_MISSING. */
export async function getJoinKey(sources: KeySources, fingerprint: string): Promise<string> {
  const { key, keyFile, environment, configDir, ask } = sources;
  if (key !== undefined) return key;
  if (keyFile !== undefined) return readKeyFile(keyFile);
  if (environment !== undefined && environment !== '') return environment;
  const kept = await findJoinKey(configDir, fingerprint);
  if (kept !== undefined) return kept;
  if (ask) return ask();
  throw new McsError('MCS_BROKER_INFO_KEY_MISSING', `Cannot open the broker-info file: this workstation does not know its join key "${fingerprint}"`, {
    hints: ['--key <key that deploy-broker printed>', '--key-file <file>', 'MCS_JOIN_KEY=<key> mcs join ...'],
    details: { fingerprint },
  });
}

function throwSubctl(path: string, brokerURL: string): never {
  throw new McsError('MCS_BROKER_INFO_SUBCTL', `Cannot join with "${path}": subctl wrote it, and the broker at ${brokerURL} has no desk that answers joins`, {
    hints: ['mcs deploy-broker   # with a context of that broker', `mcs token inspect ${path}`],
  });
}

/**
 * Finds, checks and opens a broker-info file: there, well-formed, not expired, and its key known.
 * Throws the MCS_BROKER_INFO_* errors.
 */
export async function openJoinFile(path: string, keys: KeySources, now: number): Promise<BrokerInfo> {
  const text = await readBrokerInfoFile(path);
  const inspection = inspectBrokerInfo(text);
  if (inspection.format === 'subctl') return throwSubctl(path, inspection.brokerURL);
  validateNotExpired(inspection, now); // before anybody is asked for a key
  return openBrokerInfo(text, await getJoinKey(keys, inspection.fingerprint), { now });
}
