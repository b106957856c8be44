import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import type { FleetConnection } from '../../../src/fleet/fleet.ts';
import type { MemberPart } from '../../../src/hub/member-session.ts';
import { hubOfIdentity, memberIdentity } from '../../../src/hub/settings.ts';
import { describeMember, isPassing, parseHubStatus } from '../../../src/hub/status.ts';

const CONNECTED: FleetConnection = { state: 'connected', message: '', since: 0, server: 'https://west' };

function partOf(isLeading: boolean, isMet = true, detail = 'some detail'): MemberPart {
  return { name: 'part', isLeading, readiness: () => ({ isMet, detail }), start: () => Promise.resolve(), stop: () => Promise.resolve() };
}

describe('describeMember', () => {
  it.each([
    ['unreachable', { ...CONNECTED, state: 'unreachable', message: 'refused' } as const, { part: partOf(true), failure: undefined }, 'unreachable', 'refused'],
    ['refused', { ...CONNECTED, state: 'refused', message: 'runs a program' } as const, undefined, 'refused', 'runs a program'],
    ['failed', CONNECTED, { part: undefined, failure: 'another cluster' }, 'failed', 'another cluster'],
    ['waiting for its configuration', CONNECTED, undefined, 'waiting', 'its configuration is being read'],
    ['waiting for its lists', CONNECTED, { part: partOf(false, false, 'waiting for services'), failure: undefined }, 'waiting', 'waiting for services'],
    ['standby', CONNECTED, { part: partOf(false, true, 'standby; active is x'), failure: undefined }, 'standby', 'standby; active is x'],
    ['active', CONNECTED, { part: partOf(true), failure: undefined }, 'active', ''],
  ])('tells a member that is %s', (_what, connection, session, state, message) => {
    expect(describeMember('west', connection, session)).toEqual({ clusterID: 'west', server: 'https://west', state, message });
  });

  it('counts as passing only what ends by itself', () => {
    const states = ['connecting', 'waiting', 'active', 'standby', 'failed', 'unreachable', 'refused'] as const;
    expect(states.filter((state) => isPassing({ clusterID: 'x', server: '', message: '', state }))).toEqual(['connecting', 'waiting']);
  });
});

describe('parseHubStatus', () => {
  const map = (text: string): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mcs-hub-status' }, data: { 'status.json': text } });

  it('reads what a hub writes, and nothing else', () => {
    const status = { hubID: 'hub-1', members: [], problems: [] };
    expect(parseHubStatus(map(JSON.stringify(status)))).toEqual(status);
    for (const text of ['', 'null', '[]', '{"hubID":1}', '{"hubID":"x","members":[]}']) expect(parseHubStatus(map(text))).toBeUndefined();
    expect(parseHubStatus(undefined)).toBeUndefined();
  });
});

describe('memberIdentity', () => {
  it('differs between the members of one process, and tells the hub', () => {
    const settings = { hubID: 'hub-0123456789', namespace: 'mcs-hub', identity: 'pod-1' };
    expect(memberIdentity(settings, 'west')).not.toBe(memberIdentity(settings, 'east'));
    expect(hubOfIdentity(memberIdentity(settings, 'west'))).toBe('hub-0123456789');
  });

  it.each(['', 'a7c0de52-0000-0000-0000-000000000000', 'hub-xyz.west.pod', 'hub-0123456789'])('sees no hub in %j', (identity) => {
    expect(hubOfIdentity(identity)).toBeUndefined();
  });
});
