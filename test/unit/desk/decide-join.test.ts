import { describe, expect, it } from '@jest/globals';
import { IDENTITY_KEY } from '../../../src/api/labels.ts';
import type { Cluster, ClusterJoin } from '../../../src/api/types/index.ts';
import { buildClusterJoin, type ClusterJoinRequest, createIdentityKey } from '../../../src/broker-info/index.ts';
import { decideJoin, type JoinQuestion } from '../../../src/desk/decide-join.ts';
import type { JoinToken } from '../../../src/broker-info/join-token.ts';
import { GOLDEN_INFO } from '../../fixtures/broker-info/golden.ts';

const WEST = createIdentityKey();
const EAST = createIdentityKey();
const NOW = Date.parse('2026-01-01T12:00:00Z');
const TOKEN: JoinToken = { ...GOLDEN_INFO.token, approve: false, uses: [], accepted: [], denied: [] };

function joinOf(change: Partial<ClusterJoinRequest> = {}, createdAt = '2026-01-01T11:59:59Z'): ClusterJoin {
  const { join } = buildClusterJoin({
    info: GOLDEN_INFO,
    name: 'join-1',
    clusterID: 'west',
    clusterUID: 'uid-west',
    podCIDRs: ['10.1.0.0/16'],
    serviceCIDRs: ['10.96.0.0/12'],
    nodeCIDRs: ['192.168.1.1/32'],
    components: ['connectivity', 'service-discovery'],
    identityPrivateKeyPem: WEST.privateKeyPem,
    ...change,
  });
  return { ...join, metadata: { ...join.metadata, creationTimestamp: createdAt } };
}

function member(id: string, change: Partial<Cluster['spec']> = {}, identityKey: string | null = EAST.publicKey): Cluster {
  return {
    apiVersion: 'submariner.io/v1',
    kind: 'Cluster',
    metadata: { name: id, namespace: 'submariner-k8s-broker', annotations: identityKey === null ? {} : { [IDENTITY_KEY]: identityKey } },
    spec: { cluster_id: id, cluster_uid: `uid-${id}`, cluster_cidr: ['10.2.0.0/16'], service_cidr: ['10.96.0.0/12'], node_cidr: ['192.168.1.2/32'], ...change },
  };
}

function decide(change: Partial<JoinQuestion> = {}): string {
  const decision = decideJoin({ join: joinOf(), token: TOKEN, members: [member('east')], brokerUID: GOLDEN_INFO.brokerUID, now: NOW, allowLoopback: false, ...change });
  if (decision.verdict === 'accept') return decision.countUse ? 'accept, counted' : 'accept';
  return decision.verdict === 'refuse' ? decision.code : 'pending';
}

const tampered = (): ClusterJoin => {
  const join = joinOf();
  return { ...join, spec: { ...join.spec, podCIDRs: ['10.2.0.0/16'] } };
};
const withToken = (change: Partial<JoinToken>): Partial<JoinQuestion> => ({ token: { ...TOKEN, ...change } });
const own = (change: Partial<Cluster['spec']> = {}): Cluster => member('west', { cluster_cidr: ['10.1.0.0/16'], ...change }, WEST.publicKey);

describe('decideJoin', () => {
  it.each<[string, Partial<JoinQuestion>, string]>([
    ['accepts a new cluster and counts the use', {}, 'accept, counted'],
    ['accepts the first cluster of a set', { members: [] }, 'accept, counted'],

    ['refuses an unknown token', { token: undefined }, 'MCS_JOIN_TOKEN_REJECTED'],
    ['refuses a join that was altered', { join: tampered() }, 'MCS_JOIN_PROOF_INVALID'],
    ['refuses a join for another broker', { brokerUID: 'other' }, 'MCS_JOIN_PROOF_INVALID'],
    ['refuses a join without a spec', { join: { ...joinOf(), spec: undefined as never } }, 'MCS_JOIN_PROOF_INVALID'],
    ['looks at the proof before the expiry', { join: tampered(), ...withToken({ expiresAt: '2026-01-01T00:00:00Z' }) }, 'MCS_JOIN_PROOF_INVALID'],

    ['refuses a join made after the expiry', withToken({ expiresAt: '2026-01-01T11:00:00Z' }), 'MCS_JOIN_TOKEN_EXPIRED'],
    ['accepts a join made in time that the desk sees late', { now: NOW + 1e9 }, 'accept, counted'],
    ['judges a join without a creation time by now', { join: joinOf({}, ''), now: NOW + 1e9 }, 'MCS_JOIN_TOKEN_EXPIRED'],

    ['refuses another cable driver than that of a member', { join: joinOf({ settings: { cableDriver: 'vxlan' } }), members: [member('east', { settings: { cableDriver: 'wireguard' } })] }, 'MCS_CABLE_DRIVER_MIXED'],
    ['accepts the driver of the members', { join: joinOf({ settings: { cableDriver: 'vxlan' } }), members: [member('east', { settings: { cableDriver: 'vxlan' } })] }, 'accept, counted'],
    ['lets the only member change its driver', { join: joinOf({ settings: { cableDriver: 'vxlan' } }), members: [own({ settings: { cableDriver: 'wireguard' } })] }, 'accept, counted'],
    ['does not mind drivers where there are no tunnels', { join: joinOf({ components: ['service-discovery'], settings: { cableDriver: 'vxlan' } }), members: [member('east', { settings: { cableDriver: 'wireguard' } })] }, 'accept, counted'],

    ['refuses one use too many', withToken({ maxUses: 1, uses: ['another key'] }), 'MCS_JOIN_TOKEN_USED_UP'],
    ['refuses a token of no uses', withToken({ maxUses: 0 }), 'MCS_JOIN_TOKEN_USED_UP'],
    ['accepts the last use', withToken({ maxUses: 2, uses: ['another key'] }), 'accept, counted'],
    ['counts no second use of the same key', withToken({ maxUses: 1, uses: [WEST.publicKey] }), 'accept'],
    ['counts for any number of uses too', withToken({ uses: ['a', 'b', 'c'] }), 'accept, counted'],

    ['refuses a token of another cluster id', withToken({ clusterID: 'north' }), 'MCS_JOIN_TOKEN_OTHER_CLUSTER'],
    ['accepts a token of this cluster id', withToken({ clusterID: 'west' }), 'accept, counted'],

    ['waits for approval', withToken({ approve: true }), 'pending'],
    ['waits while another key was approved', withToken({ approve: true, accepted: [EAST.publicKey] }), 'pending'],
    ['refuses a key that was denied', withToken({ approve: true, denied: [WEST.publicKey] }), 'MCS_JOIN_REFUSED'],
    ['refuses a key that was denied after it was accepted by an open token', withToken({ denied: [WEST.publicKey] }), 'MCS_JOIN_REFUSED'],
    ['accepts once this key was approved', withToken({ approve: true, accepted: [WEST.publicKey] }), 'accept, counted'],
    ['asks nobody to approve what would be refused', { ...withToken({ approve: true }), members: [member('west')] }, 'MCS_CLUSTER_ID_TAKEN'],

    ['refuses an id that is no DNS label', { join: joinOf({ clusterID: 'West.1' }) }, 'MCS_CLUSTER_ID_INVALID'],
    ['refuses an id of 64 characters', { join: joinOf({ clusterID: 'w'.repeat(64) }) }, 'MCS_CLUSTER_ID_INVALID'],
    ['refuses an id that another cluster has', { members: [member('west', { cluster_uid: 'uid-other' })] }, 'MCS_CLUSTER_ID_TAKEN'],
    ['refuses an id that subctl gave away', { members: [member('west', {}, null)] }, 'MCS_CLUSTER_ID_TAKEN'],
    ['refuses the same UID without the key: everybody can read UIDs', { members: [member('west')] }, 'MCS_CLUSTER_ID_TAKEN'],
    ['accepts a member again under its own id and key', { members: [own(), member('east')] }, 'accept, counted'],
    ['accepts a member again with other ranges', { members: [own({ cluster_cidr: ['10.9.0.0/16'] })] }, 'accept, counted'],
    ['refuses a member under a second id', { members: [member('old', { cluster_uid: 'uid-west' }, WEST.publicKey)] }, 'MCS_CLUSTER_ID_CHANGED'],

    ['refuses a pod range that is none', { join: joinOf({ podCIDRs: ['10.1.0.0'] }) }, 'MCS_CIDR_INVALID'],
    ['refuses a service range of IPv6', { join: joinOf({ serviceCIDRs: ['fd00::/108'] }) }, 'MCS_CIDR_INVALID'],
    ['refuses a node address without a prefix', { join: joinOf({ nodeCIDRs: ['192.168.1.1'] }) }, 'MCS_CIDR_INVALID'],
    ['refuses the whole address space', { join: joinOf({ podCIDRs: ['0.0.0.0/0'] }) }, 'MCS_CIDR_INVALID'],
    ['refuses loopback', { join: joinOf({ podCIDRs: ['127.1.0.0/16'] }) }, 'MCS_CIDR_INVALID'],
    ['accepts loopback in the sandbox', { join: joinOf({ podCIDRs: ['127.1.0.0/16'] }), allowLoopback: true }, 'accept, counted'],

    ['refuses overlapping pod ranges', { members: [member('east', { cluster_cidr: ['10.0.0.0/8'] })] }, 'MCS_CIDR_OVERLAP'],
    ['refuses a node inside the pods of a member', { members: [member('east', { cluster_cidr: ['192.168.0.0/16'] })] }, 'MCS_CIDR_OVERLAP'],
    ['refuses pods around the nodes of a member', { members: [member('east', { node_cidr: ['10.1.2.3/32'] })] }, 'MCS_CIDR_OVERLAP'],
    ['accepts overlapping service ranges', { members: [member('east', { service_cidr: ['10.96.0.0/12'] })] }, 'accept, counted'],
    ['accepts overlapping pods without tunnels', { join: joinOf({ components: ['service-discovery'] }), members: [member('east', { cluster_cidr: ['10.0.0.0/8'] })] }, 'accept, counted'],
  ])('%s', (_name, change, expected) => {
    expect(decide(change)).toBe(expected);
  });

  it('names both sides of an overlap, and counts what it does not name', () => {
    const members = Array.from({ length: 7 }, (_, index) => member(`m${index}`, { cluster_cidr: ['10.0.0.0/8'], node_cidr: [] }));
    const decision = decideJoin({ join: joinOf(), token: TOKEN, members, brokerUID: GOLDEN_INFO.brokerUID, now: NOW, allowLoopback: false });
    expect(decision).toMatchObject({ message: expect.stringContaining('pod range 10.1.0.0/16 of "west" overlaps with pod range 10.0.0.0/8 of "m0"') });
    expect(decision).toMatchObject({ message: expect.stringMatching(/and 2 more$/) });
  });

  it('names the id that a cluster has already', () => {
    const members = [member('old', { cluster_uid: 'uid-west' }, WEST.publicKey)];
    const decision = decideJoin({ join: joinOf(), token: TOKEN, members, brokerUID: GOLDEN_INFO.brokerUID, now: NOW, allowLoopback: false });
    expect(decision).toMatchObject({ hints: ['mcs join broker-info.subm --clusterid old', 'mcs leave'] });
  });
});
