import { joinTokenSecretName } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { caPin, isSameAuthority } from '../../base/pin.ts';
import { type BrokerInfo, createJoinKey, findJoinKey, inspectBrokerInfo, joinKeyFingerprint, openBrokerInfo, readBrokerInfoFile, saveJoinKey, sealBrokerInfo, writeBrokerInfoFile } from '../../broker-info/index.ts';
import type { FleetContext } from '../deploy-context.ts';
import type { PublishedBroker } from './published-broker.ts';

/** Where a broker-info file and its key are kept. */
export interface FilePlace {
  /** Path of the file. */
  readonly outputFile: string;
  /** The user's configuration directory, where the join key is kept. */
  readonly configDir: string;
}

/** What a file says of its broker. */
export interface InfoContent extends PublishedBroker {
  readonly brokerUID: string;
  readonly namespace: string;
}

/** A file of this broker that is still good, as it stands on this workstation. */
export interface StandingFile {
  readonly fingerprint: string;
  readonly expiresAt: string;
}

async function findReadableInfo(path: string, configDir: string, now: number): Promise<{ info: BrokerInfo; fingerprint: string } | undefined> {
  try {
    const text = await readBrokerInfoFile(path);
    const inspection = inspectBrokerInfo(text);
    const key = inspection.format === 'mcs' ? await findJoinKey(configDir, inspection.fingerprint) : undefined;
    if (inspection.format !== 'mcs' || key === undefined) return undefined;
    return { info: openBrokerInfo(text, key, { now }), fingerprint: inspection.fingerprint };
  } catch (error) {
    if (error instanceof McsError) return undefined; // missing, damaged or expired: a new one is written, this one is kept beside it
    throw error;
  }
}

function says(info: BrokerInfo, wanted: InfoContent): boolean {
  const sameComponents = [...info.components].sort().join() === [...wanted.components].sort().join();
  return info.server === wanted.server && isSameAuthority(info.ca, wanted.ca) && info.brokerUID === wanted.brokerUID && info.namespace === wanted.namespace && sameComponents;
}

/** The file at the output path, if it is of this broker, can be opened here and its token still exists. */
export async function findStandingFile({ client, clock, signal }: FleetContext, { outputFile, configDir }: FilePlace, wanted: InfoContent): Promise<StandingFile | undefined> {
  const found = await findReadableInfo(outputFile, configDir, clock.now());
  if (found === undefined || !says(found.info, wanted)) return undefined;
  const secret = await client.find(resources.secrets, joinTokenSecretName(found.info.token.id), wanted.namespace, { signal });
  return secret && { fingerprint: found.fingerprint, expiresAt: found.info.token.expiresAt };
}

export interface WrittenFile extends StandingFile {
  readonly joinKey: string;
  readonly backup?: string;
}

/** Seals a new file under a new key, keeps the key on this workstation first, and the old file beside the new one. */
export async function writeNewFile({ clock }: Pick<FleetContext, 'clock'>, { outputFile, configDir }: FilePlace, content: InfoContent, token: BrokerInfo['token']): Promise<WrittenFile> {
  const { server, ca, namespace, components, brokerUID } = content;
  const info: BrokerInfo = { formatVersion: 1, server, ca, caPin: caPin(ca), namespace, token, components, brokerUID, createdAt: new Date(clock.now()).toISOString() };
  const joinKey = createJoinKey();
  const fingerprint = joinKeyFingerprint(joinKey);
  await saveJoinKey(configDir, fingerprint, joinKey);
  const { backup } = await writeBrokerInfoFile(outputFile, sealBrokerInfo(info, joinKey), { now: clock.now() });
  return { joinKey, fingerprint, expiresAt: token.expiresAt, ...(backup !== undefined && { backup }) };
}
