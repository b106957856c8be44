import { randomBytes } from 'node:crypto';
import { JOIN_TOKEN_ID } from '../../api/labels.ts';
import { joinTokenSecretName } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { type BrokerInfo, createJoinKey, findJoinKey, inspectBrokerInfo, joinKeyFingerprint, openBrokerInfo, readBrokerInfoFile, saveJoinKey, sealBrokerInfo, writeBrokerInfoFile } from '../../broker-info/index.ts';
import { McsError } from '../../base/errors.ts';
import { joinTokenData } from '../../desk/join-token.ts';
import { type FleetContext, FIELD_MANAGER } from '../deploy-context.ts';
import { withOwnership } from '../render-template.ts';
import type { BrokerEndpoint } from './broker-endpoint.ts';
import type { DeployBrokerOptions } from './options.ts';

const JOIN_ACCOUNT = 'mcs-join';

/** A file of this broker that is still good, as it stands on this workstation. */
export interface StandingFile {
  readonly fingerprint: string;
  readonly expiresAt: string;
}

/** What a file must say to count as one of this very broker. */
export interface WantedFile extends BrokerEndpoint {
  readonly brokerUID: string;
  readonly namespace: string;
  readonly components: readonly string[];
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

function says(info: BrokerInfo, wanted: WantedFile): boolean {
  const sameComponents = [...info.components].sort().join() === [...wanted.components].sort().join();
  return info.server === wanted.server && info.caPin === wanted.caPin && info.brokerUID === wanted.brokerUID && info.namespace === wanted.namespace && sameComponents;
}

/** The file at the output path, if it is of this broker, can be opened here and its token still exists. */
export async function findStandingFile({ client, clock, signal }: FleetContext, { outputFile, configDir }: DeployBrokerOptions, wanted: WantedFile): Promise<StandingFile | undefined> {
  const found = await findReadableInfo(outputFile, configDir, clock.now());
  if (found === undefined || !says(found.info, wanted)) return undefined;
  const secret = await client.find(resources.secrets, joinTokenSecretName(found.info.token.id), wanted.namespace, { signal });
  return secret && { fingerprint: found.fingerprint, expiresAt: found.info.token.expiresAt };
}

interface TokenRequest {
  readonly namespace: string;
  readonly ttlSeconds: number;
}

/**
 * Makes a join token for any number of clusters: the Secret that stands for it, and a bearer token
 * that dies with that Secret.
 */
export async function createJoinToken({ client, clock, version, signal }: FleetContext, { namespace, ttlSeconds }: TokenRequest): Promise<BrokerInfo['token']> {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64');
  const expiresAt = new Date(clock.now() + ttlSeconds * 1000).toISOString();
  const data = joinTokenData({ secret, expiresAt, approve: false, uses: [], accepted: [] });
  const metadata = { name: joinTokenSecretName(id), namespace, labels: { [JOIN_TOKEN_ID]: id } };
  const draft = withOwnership({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data }, version);
  const created = await client.create(resources.secrets, draft, { fieldManager: FIELD_MANAGER, signal });
  const boundSecret = { name: created.metadata.name, uid: created.metadata.uid ?? '' };
  const issued = await client.createToken(JOIN_ACCOUNT, namespace, { expirationSeconds: ttlSeconds, boundSecret, signal });
  // the server may have granted less than was asked
  const granted = Math.min(Date.parse(issued.expirationTimestamp), Date.parse(expiresAt));
  return { id, secret, bearer: issued.token, expiresAt: new Date(granted).toISOString() };
}

export interface WrittenFile extends StandingFile {
  readonly joinKey: string;
  readonly backup?: string;
}

/** Seals a new file under a new key, keeps the key on this workstation first, and the old file beside the new one. */
export async function writeNewFile({ clock }: FleetContext, { outputFile, configDir }: DeployBrokerOptions, wanted: WantedFile, token: BrokerInfo['token']): Promise<WrittenFile> {
  const { server, ca, caPin, namespace, components, brokerUID } = wanted;
  const info: BrokerInfo = { formatVersion: 1, server, ca, caPin, namespace, token, components, brokerUID, createdAt: new Date(clock.now()).toISOString() };
  const joinKey = createJoinKey();
  const fingerprint = joinKeyFingerprint(joinKey);
  await saveJoinKey(configDir, fingerprint, joinKey);
  const { backup } = await writeBrokerInfoFile(outputFile, sealBrokerInfo(info, joinKey), { now: clock.now() });
  return { joinKey, fingerprint, expiresAt: token.expiresAt, ...(backup !== undefined && { backup }) };
}
