import { caPins } from '../base/pin.ts';
import type { Secret } from '../api/types/index.ts';

/** What the Secret `mcs-broker` says: how to reach the broker, as whom, and until when. */
export interface MemberCredential {
  readonly server: string;
  /** PEM; empty for the system's trust store. */
  readonly ca: string;
  readonly namespace: string;
  readonly clusterID: string;
  readonly token: string;
  /** Wall clock, ms since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const encode = (text: string): string => Buffer.from(text).toString('base64');
const decode = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');

function isReadable(ca: string): boolean {
  try {
    caPins(ca);
    return true;
  } catch {
    return false; // no connection can be made with it
  }
}

/** Reads the Secret; undefined where a field is missing or malformed. */
export function readCredential({ data = {} }: Pick<Secret, 'data'>): MemberCredential | undefined {
  const [server, ca, namespace, clusterID, token] = [decode(data.server), decode(data.ca), decode(data.namespace), decode(data.clusterID), decode(data.token)];
  const [issuedAt, expiresAt] = [Date.parse(decode(data.issuedAt)), Date.parse(decode(data.expiresAt))];
  if ([server, namespace, clusterID, token].includes('') || Number.isNaN(expiresAt) || Number.isNaN(issuedAt) || !isReadable(ca)) return undefined;
  return { server, ca, namespace, clusterID, token, issuedAt, expiresAt };
}

/** Data of the Secret, as `join` writes it. */
export function credentialData({ issuedAt, expiresAt, server, ca, namespace, clusterID, token }: MemberCredential): Record<string, string> {
  const texts = { server, ca, namespace, clusterID, token, issuedAt: new Date(issuedAt).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encode(text)]));
}

/** Whether two credentials lead to the same broker, so that connections may stay. */
export function isSameBroker(a: MemberCredential, b: MemberCredential): boolean {
  return a.server === b.server && a.ca === b.ca && a.namespace === b.namespace;
}

/** Data of the Secret after a renewal. */
export function renewedData(token: string, issuedAt: number, expirationTimestamp: string): Record<string, string> {
  return { token: encode(token), issuedAt: encode(new Date(issuedAt).toISOString()), expiresAt: encode(new Date(expirationTimestamp).toISOString()) };
}
