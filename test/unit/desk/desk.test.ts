import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JOIN_TOKEN_ID, LEAVING, MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { ClusterJoin } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { buildClusterJoin, createIdentityKey } from '../../../src/broker-info/index.ts';
import { createDesk, deletionTime, type Desk, type DeskOptions } from '../../../src/desk/desk.ts';
import { joinTokenData } from '../../../src/broker-info/join-token.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { GOLDEN_INFO } from '../../fixtures/broker-info/golden.ts';

const NAMESPACE = GOLDEN_INFO.namespace;
const MINUTE = 60_000;
let clock: FakeClock;
let client: MemoryClient;
let desk: Desk;
let answered: string[];
let failures: unknown[];
let breakName: string | undefined;

function seedJoin(name: string, podCIDR: string, clusterID = name): ClusterJoin {
  const { join } = buildClusterJoin({
    info: GOLDEN_INFO,
    name,
    clusterID,
    clusterUID: `uid-${clusterID}`,
    podCIDRs: [podCIDR],
    serviceCIDRs: [],
    nodeCIDRs: [],
    components: ['connectivity'],
    identityPrivateKeyPem: createIdentityKey().privateKeyPem,
  });
  return client.seed(resources.clusterJoins, join);
}

function seedToken(approve = false): void {
  const { id, secret, expiresAt } = GOLDEN_INFO.token;
  const data = joinTokenData({ secret, expiresAt, approve, uses: [], accepted: [], denied: [] });
  client.seed(resources.secrets, { metadata: { name: `mcs-join-${id}`, namespace: NAMESPACE, labels: { [JOIN_TOKEN_ID]: id } }, data });
}

async function phaseOf(name: string): Promise<string | undefined> {
  return (await client.find(resources.clusterJoins, name, NAMESPACE))?.status?.phase;
}

function options(): DeskOptions {
  const observer = {
    joinAnswered: (outcome: { phase: string }) => void answered.push(outcome.phase),
    memberRemoved: (cluster: string) => void answered.push(`removed ${cluster}`),
    failed: (error: unknown) => void failures.push(error),
  };
  return { client, namespace: NAMESPACE, allowLoopback: false, clock, logger: silentLogger, observer };
}

beforeEach(async () => {
  clock = new FakeClock(Date.parse(GOLDEN_INFO.createdAt));
  answered = [];
  failures = [];
  breakName = undefined;
  client = createMemoryClient({
    now: () => clock.now(),
    beforeWrite: (_verb, _resource, name) => {
      if (name === breakName) throw new Error('broken');
    },
  });
  client.seed(resources.namespaces, { metadata: { name: NAMESPACE, uid: GOLDEN_INFO.brokerUID } });
  desk = createDesk(options());
  await desk.start(new AbortController().signal);
});

afterEach(async () => {
  await desk.stop();
});

describe('Desk', () => {
  it('answers joins that arrive at once one after the other, so that one of two overlapping ones wins', async () => {
    seedToken();
    for (const name of ['west', 'east']) seedJoin(name, '10.0.0.0/16');
    for (const name of ['west', 'east']) desk.joinSeen(name);
    await eventually(() => answered.length === 2);
    expect(answered).toEqual(['Accepted', 'Refused']);
    expect([await phaseOf('west'), await phaseOf('east')]).toEqual(['Accepted', 'Refused']);
  });

  it('answers the next join while one keeps failing, and that one once it can', async () => {
    seedToken();
    seedJoin('west', '10.1.0.0/16');
    seedJoin('east', '10.2.0.0/16');
    breakName = 'cluster-west';
    for (const name of ['west', 'east']) desk.joinSeen(name);
    await eventually(() => answered.length === 1);
    expect(await phaseOf('east')).toBe('Accepted');
    expect(failures).not.toHaveLength(0);
    breakName = undefined;
    await clock.advance(MINUTE);
    expect(await eventually(async () => (await phaseOf('west')) ?? false)).toBe('Accepted');
  });

  it('keeps an answer for ten minutes and then deletes the ClusterJoin', async () => {
    seedToken();
    seedJoin('west', '10.1.0.0/16');
    desk.joinSeen('west');
    await eventually(() => answered.length === 1);
    desk.joinSeen('west'); // its own write of the status is seen too
    await clock.advance(9 * MINUTE);
    expect(await phaseOf('west')).toBe('Accepted');
    await clock.advance(2 * MINUTE);
    await eventually(async () => (await phaseOf('west')) === undefined);
    expect(answered).toEqual(['Accepted']);
    expect(await client.find(resources.clusters, 'west', NAMESPACE)).toBeDefined();
  });

  it('looks again and again at a join that waits for approval, and drops it when it is stale', async () => {
    await desk.stop();
    desk = createDesk({ ...options(), staleMs: MINUTE });
    await desk.start(new AbortController().signal);
    seedToken(true);
    seedJoin('west', '10.1.0.0/16');
    desk.joinSeen('west');
    await eventually(async () => (await phaseOf('west')) === 'Pending');
    await clock.advance(MINUTE + 5_000);
    await eventually(async () => (await client.find(resources.clusterJoins, 'west', NAMESPACE)) === undefined);
    expect(answered).toEqual([]);
  });

  it('removes a member that leaves with all it has, and nobody else', async () => {
    seedToken();
    for (const [name, range] of [['west', '10.1.0.0/16'], ['east', '10.2.0.0/16']] as const) {
      seedJoin(name, range);
      desk.joinSeen(name);
    }
    await eventually(() => answered.length === 2);
    for (const name of ['nginx.shop.west', 'nginx.shop.east', 'labelled-west.shop.east']) {
      const labels = { [MANAGED_BY]: MANAGED_BY_MCS, [MEMBER]: name.includes('west') ? 'west' : 'east' };
      client.seed(resources.serviceImports, { metadata: { name, namespace: NAMESPACE, labels }, spec: { type: 'ClusterSetIP', ports: [] } });
    }
    client.seed(resources.leases, { metadata: { name: 'west', namespace: NAMESPACE, annotations: { [LEAVING]: 'now' } } });
    client.seed(resources.leases, { metadata: { name: 'east', namespace: NAMESPACE } });
    for (const name of ['west', 'east']) desk.leaveSeen(name);
    await eventually(() => answered.includes('removed west'));
    const names = async (resource: Parameters<typeof client.list>[0]) => (await client.list(resource, { namespace: NAMESPACE })).items.map(({ metadata }) => metadata.name);
    expect(await names(resources.clusters)).toEqual(['east']);
    expect(await names(resources.serviceAccounts)).toEqual(['cluster-east']);
    expect(await names(resources.roles)).toEqual(['mcs-member-east']);
    expect(await names(resources.roleBindings)).toEqual(['cluster-east', 'mcs-member-east']);
    expect(await names(resources.serviceImports)).toEqual(['nginx.shop.east', 'labelled-west.shop.east']);
    expect(await names(resources.leases)).toEqual(['east']);
  });

  it('does not start without the UID that every proof contains', async () => {
    const unknown = createDesk({ ...options(), namespace: 'elsewhere' });
    await expect(unknown.start(new AbortController().signal)).rejects.toMatchObject({ reason: 'NotFound' });
  });
});

describe('deletionTime', () => {
  const created = Date.parse('2026-01-01T00:00:00Z');
  const metadata = { name: 'j', creationTimestamp: '2026-01-01T00:00:00Z' };
  it.each<[string, Pick<ClusterJoin, 'metadata' | 'status'>, number | undefined]>([
    ['counts from the answer', { metadata, status: { phase: 'Accepted', answeredAt: '2026-01-01T01:00:00Z' } }, created + 60 * MINUTE + 10],
    ['counts from the creation where the answer has no time', { metadata, status: { phase: 'Refused' } }, created + 10],
    ['gives a pending join its longer life', { metadata, status: { phase: 'Pending' } }, created + 1000],
    ['gives an unseen join its longer life', { metadata }, created + 1000],
    ['knows nothing without any time', { metadata: { name: 'j' } }, undefined],
  ])('%s', (_name, join, expected) => {
    expect(deletionTime(join as ClusterJoin, 10, 1000)).toBe(expected);
  });
});
