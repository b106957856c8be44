import { resources } from '../../api/resources.ts';
import { MEMBER_BROKER_SECRET, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE } from '../../api/names.ts';
import type { Secret } from '../../api/types/index.ts';
import type { KubeClient } from '../../kube/client.ts';

/** What a member knows of its broker: the Secret `mcs-broker`. */
export interface MemberCredential {
  readonly server: string;
  /** PEM; empty for the system's trust store. */
  readonly ca: string;
  readonly namespace: string;
  readonly clusterID: string;
  readonly token: string;
  /** RFC 3339 */
  readonly expiresAt: string;
  readonly issuedAt: string;
}

const FIELDS = ['server', 'ca', 'namespace', 'clusterID', 'token', 'expiresAt', 'issuedAt'] as const;

function decode(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString('utf8');
}

export function encodeData(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** Reads the content of the Secret `mcs-broker`; undefined where a part of it is missing. */
export function parseMemberCredential({ data = {} }: Secret): MemberCredential | undefined {
  const isComplete = FIELDS.every((field) => data[field] !== undefined);
  return isComplete ? (Object.fromEntries(FIELDS.map((field) => [field, decode(data[field])])) as unknown as MemberCredential) : undefined;
}

/** The broker that a cluster is a member of; undefined for a cluster that is none. */
export async function findMemberCredential(client: KubeClient, signal: AbortSignal): Promise<MemberCredential | undefined> {
  const secret = await client.find(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, { signal });
  return secret && parseMemberCredential(secret);
}

/** The cluster's identity, PKCS #8 PEM; undefined before the first join. */
export async function findIdentityKey(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const secret = await client.find(resources.secrets, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE, { signal });
  const pem = decode(secret?.data?.key);
  return pem === '' ? undefined : pem;
}

/** The Secret `mcs-broker`, ready to be written. */
export function memberCredentialData(credential: MemberCredential): Record<string, string> {
  return encodeData(Object.fromEntries(FIELDS.map((field) => [field, credential[field]])));
}
