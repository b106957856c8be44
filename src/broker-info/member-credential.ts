import type { Secret } from '../api/types/index.ts';

/** What the Secret `mcs-broker` says: how to reach the broker, as whom, and until when. */
export interface BrokerCredential {
  readonly server: string;
  readonly ca: string;
  readonly namespace: string;
  readonly clusterID: string;
  readonly token: string;
  /** Wall clock, ms since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export const CREDENTIAL_FIELDS = ['server', 'ca', 'namespace', 'clusterID', 'token', 'expiresAt', 'issuedAt'] as const;

/** Reads the Secret; undefined where a field is missing or malformed. */
export function readCredential({ data = {} }: Secret): BrokerCredential | undefined {
  const [server = '', ca = '', namespace = '', clusterID = '', token = '', expires = '', issued = ''] = CREDENTIAL_FIELDS.map((field) =>
    Buffer.from(data[field] ?? '', 'base64').toString('utf8'),
  );
  const expiresAt = Date.parse(expires);
  const issuedAt = Date.parse(issued);
  if ([server, namespace, clusterID, token].includes('') || Number.isNaN(expiresAt) || Number.isNaN(issuedAt)) return undefined;
  return { server, ca, namespace, clusterID, token, issuedAt, expiresAt };
}

/** When a credential is to be renewed: at a third of its life, so that a broker may be away for the rest. */
export function renewalTime({ issuedAt, expiresAt }: BrokerCredential): number {
  return issuedAt + Math.max(0, expiresAt - issuedAt) / 3;
}

/** Whether two credentials lead to the same broker, so that connections may stay. */
export function isSameBroker(a: BrokerCredential, b: BrokerCredential): boolean {
  return a.server === b.server && a.ca === b.ca && a.namespace === b.namespace;
}

/** Data of the Secret after a renewal. */
export function renewedData(token: string, issuedAt: number, expirationTimestamp: string): Record<string, string> {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  return { token: encode(token), issuedAt: encode(new Date(issuedAt).toISOString()), expiresAt: encode(expirationTimestamp) };
}
