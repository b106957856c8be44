import type { ConfigMap } from '../api/types/index.ts';
import type { ConnectionState, FleetConnection } from '../fleet/fleet.ts';
import type { MemberSession } from './member-session.ts';
import { HUB_STATUS_KEY } from './settings.ts';

/**
 * `active`: the hub works for the member. `waiting`: it reads the member for the first time.
 * `standby`: another process holds the member's Lease. `failed`: something of the member cannot be used.
 * The others are those of the connection.
 */
export type HubMemberState = 'active' | 'waiting' | 'standby' | 'failed' | Exclude<ConnectionState, 'connected'>;

export interface HubMemberStatus {
  readonly clusterID: string;
  /** URL of its API server; empty where it is not known. */
  readonly server: string;
  readonly state: HubMemberState;
  /** What is wrong, or waited for; empty where nothing is. */
  readonly message: string;
}

export interface HubStatus {
  readonly hubID: string;
  readonly members: readonly HubMemberStatus[];
  /** What keeps Secrets from being members. */
  readonly problems: readonly string[];
}

/** A state that passes by itself soon. */
export function isPassing({ state }: HubMemberStatus): boolean {
  return state === 'connecting' || state === 'waiting';
}

type SessionView = Pick<MemberSession, 'part' | 'failure'>;

/** How the hub fares with one member. */
export function describeMember(clusterID: string, { state, message, server }: FleetConnection, session: SessionView | undefined): HubMemberStatus {
  const about = { clusterID, server };
  if (state !== 'connected') return { ...about, state, message };
  if (session?.failure !== undefined) return { ...about, state: 'failed', message: session.failure };
  const part = session?.part;
  if (part === undefined) return { ...about, state: 'waiting', message: 'its configuration is being read' };
  const { isMet, detail } = part.readiness();
  if (!isMet) return { ...about, state: 'waiting', message: detail };
  return part.isLeading ? { ...about, state: 'active', message: '' } : { ...about, state: 'standby', message: detail };
}

/** What a hub has written last; undefined where that is nothing that can be read. */
export function parseHubStatus(map: ConfigMap | undefined): HubStatus | undefined {
  try {
    const value = JSON.parse(map?.data?.[HUB_STATUS_KEY] ?? '') as Partial<HubStatus> | null;
    return value !== null && typeof value.hubID === 'string' && Array.isArray(value.members) && Array.isArray(value.problems) ? (value as HubStatus) : undefined;
  } catch {
    return undefined; // somebody has edited it
  }
}
