import { JOIN_TOKEN_ID } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import { type JoinToken, parseJoinToken } from '../broker-info/index.ts';
import { isForbidden } from '../kube/api-error.ts';
import { type CredentialHealth, judgeCredential } from './describe-credential.ts';
import { describeUnread, type Fleet, type FleetMember, nameOf, type UnreadContext } from './survey-fleet.ts';

/** A member's credential on its broker; never the credential itself. */
export interface CredentialRow {
  readonly cluster: string;
  readonly broker: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly renewsAt: string;
  readonly state: CredentialHealth | 'hidden';
  /** Authorities that the member trusts as the broker's. */
  readonly caPins: readonly string[];
}

export type JoinTokenHealth = 'valid' | 'used up' | 'expired' | 'unreadable';

/** A join token of a broker; never its secret. */
export interface JoinTokenRow {
  /** Context of the broker. */
  readonly context: string;
  readonly id: string;
  /** The only cluster id that it is good for; empty for any. */
  readonly clusterID: string;
  readonly uses: number;
  /** Absent for any number. */
  readonly maxUses?: number;
  readonly approve: boolean;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: JoinTokenHealth;
}

export interface CredentialsReport {
  readonly credentials: readonly CredentialRow[];
  readonly joinTokens: readonly JoinTokenRow[];
  /** Brokers whose join tokens this user may not list. */
  readonly hiddenTokens: readonly string[];
  readonly unread: readonly UnreadContext[];
  readonly leftOut: Fleet['leftOut'];
}

function credentialRows(fleet: Fleet, now: number): CredentialRow[] {
  return fleet.clusters.flatMap((cluster): CredentialRow[] => {
    const { member } = cluster.state;
    if (member === undefined) return [];
    const { credential } = member;
    if (credential === undefined) return [{ cluster: nameOf(cluster), broker: '', issuedAt: '', expiresAt: '', renewsAt: '', state: 'hidden', caPins: [] }];
    const { server: broker, ...times } = credential;
    return [{ cluster: nameOf(cluster), broker, ...times, state: judgeCredential(credential, now) }];
  });
}

function judgeToken({ expiresAt, maxUses, uses }: JoinToken, now: number): JoinTokenHealth {
  if (Date.parse(expiresAt) <= now) return 'expired';
  return maxUses !== undefined && uses.length >= maxUses ? 'used up' : 'valid';
}

export function describeJoinToken(context: string, secret: Secret, now: number): JoinTokenRow {
  const token = parseJoinToken(secret);
  const shared = { context, id: secret.metadata.labels?.[JOIN_TOKEN_ID] ?? '', createdAt: secret.metadata.creationTimestamp ?? '' };
  if (token === undefined) return { ...shared, clusterID: '', uses: 0, approve: false, expiresAt: '', state: 'unreadable' };
  const { clusterID = '', uses, maxUses, approve, expiresAt } = token;
  return { ...shared, clusterID, uses: uses.length, ...(maxUses !== undefined && { maxUses }), approve, expiresAt, state: judgeToken(token, now) };
}

/** The join tokens of one broker, oldest first; undefined where the user may not list them. */
async function findJoinTokens({ context, client, state }: FleetMember, now: number, signal: AbortSignal): Promise<JoinTokenRow[] | undefined> {
  if (state.broker === undefined) return [];
  try {
    const { items } = await client.list(resources.secrets, { namespace: state.broker.namespace, labelSelector: JOIN_TOKEN_ID, signal });
    return items.map((secret) => describeJoinToken(context, secret, now)).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** All credentials of a fleet: of its members on their brokers, and the join tokens of its brokers. */
export async function readCredentials(fleet: Fleet, now: number, signal: AbortSignal): Promise<CredentialsReport> {
  const tokens = await Promise.all(fleet.clusters.map((cluster) => findJoinTokens(cluster, now, signal)));
  return {
    credentials: credentialRows(fleet, now),
    joinTokens: tokens.flatMap((rows) => rows ?? []),
    hiddenTokens: fleet.clusters.filter((_cluster, index) => tokens[index] === undefined).map(({ context }) => context),
    unread: fleet.unread.map(describeUnread),
    leftOut: fleet.leftOut,
  };
}
