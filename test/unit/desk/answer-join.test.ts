import { describe, expect, it } from '@jest/globals';
import { JOIN_TOKEN_ID, LEAVING, MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { ClusterJoin } from '../../../src/api/types/index.ts';
import { type AnswerKeys, buildClusterJoin, type ClusterJoinRequest, createIdentityKey, findAnswer, type JoinAnswer } from '../../../src/broker-info/index.ts';
import { answerJoin, type JoinOutcome } from '../../../src/desk/answer-join.ts';
import { type JoinToken, joinTokenData, parseJoinToken } from '../../../src/broker-info/join-token.ts';
import { createMemoryClient, type MemoryClient, type MemoryClientOptions } from '../../helpers/memory-client.ts';
import { GOLDEN_INFO, GOLDEN_NOW } from '../../fixtures/broker-info/golden.ts';

const NAMESPACE = GOLDEN_INFO.namespace;
const TOKEN_SECRET = `mcs-join-${GOLDEN_INFO.token.id}`;
const WEST = createIdentityKey();
const EAST = createIdentityKey();

function brokerWith(token: Partial<JoinToken> = {}, options: MemoryClientOptions = {}): MemoryClient {
  const client = createMemoryClient({ now: () => GOLDEN_NOW, ...options });
  const { id, secret, expiresAt } = GOLDEN_INFO.token;
  const data = joinTokenData({ secret, expiresAt, approve: false, uses: [], accepted: [], denied: [], ...token });
  client.seed(resources.secrets, { metadata: { name: TOKEN_SECRET, namespace: NAMESPACE, labels: { [JOIN_TOKEN_ID]: id } }, data });
  return client;
}

interface Sent {
  readonly sent: ClusterJoin;
  readonly keys: AnswerKeys;
}

function sendJoin(client: MemoryClient, change: Partial<ClusterJoinRequest> = {}): Sent {
  const { join, answerPrivateKeyPem } = buildClusterJoin({
    info: GOLDEN_INFO,
    name: `join-${Math.random().toString(36).slice(2)}`,
    clusterID: 'west',
    clusterUID: 'uid-west',
    podCIDRs: ['10.1.3.0/16', '10.1.0.0/16'],
    serviceCIDRs: ['10.96.0.0/12'],
    nodeCIDRs: [],
    components: ['connectivity'],
    identityPrivateKeyPem: WEST.privateKeyPem,
    ...change,
  });
  client.seed(resources.clusterJoins, join);
  return { sent: join, keys: { answerPrivateKeyPem, tokenSecret: GOLDEN_INFO.token.secret } };
}

const getJoin = (client: MemoryClient, { sent }: Sent): Promise<ClusterJoin> => client.get(resources.clusterJoins, sent.metadata.name, NAMESPACE);

async function answerOnce(client: MemoryClient, sent: Sent): Promise<JoinOutcome> {
  const context = { client, namespace: NAMESPACE, brokerUID: GOLDEN_INFO.brokerUID, allowLoopback: false, now: () => GOLDEN_NOW };
  return answerJoin(context, await getJoin(client, sent), {});
}

async function readAnswer(client: MemoryClient, sent: Sent): Promise<JoinAnswer | undefined> {
  return findAnswer(await getJoin(client, sent), sent.sent, sent.keys);
}

async function usesOf(client: MemoryClient): Promise<readonly string[] | undefined> {
  return parseJoinToken(await client.get(resources.secrets, TOKEN_SECRET, NAMESPACE))?.uses;
}

describe('answerJoin', () => {
  it('makes a member with its own rights, counts the use, and gives it a token that only it can read', async () => {
    const client = brokerWith();
    const sent = sendJoin(client);
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Accepted' });

    expect(await readAnswer(client, sent)).toMatchObject({ result: 'accepted', token: expect.stringContaining('token-of-cluster-west'), expiresAt: '2026-01-08T12:00:00.000Z' });
    expect(await client.get(resources.clusterJoins, sent.sent.metadata.name, NAMESPACE)).toMatchObject({ status: { phase: 'Accepted', answeredAt: '2026-01-01T12:00:00.000Z' } });
    expect(await usesOf(client)).toEqual([WEST.publicKey]);
    expect(await client.get(resources.clusters, 'west', NAMESPACE)).toMatchObject({
      metadata: { labels: { [MANAGED_BY]: MANAGED_BY_MCS, [MEMBER]: 'west' }, annotations: { 'mcs.clusterset.local/identity-key': WEST.publicKey } },
      spec: { cluster_id: 'west', cluster_uid: 'uid-west', cluster_cidr: ['10.1.0.0/16'], service_cidr: ['10.96.0.0/12'], node_cidr: [] },
    });
    expect((await client.get(resources.roles, 'mcs-member-west', NAMESPACE)).rules).toEqual([
      { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['cluster-west'], verbs: ['create'] },
    ]);
    for (const [name, role] of [['cluster-west', 'mcs-member'], ['mcs-member-west', 'mcs-member-west']] as const) {
      expect(await client.get(resources.roleBindings, name, NAMESPACE)).toMatchObject({
        roleRef: { kind: 'Role', name: role },
        subjects: [{ kind: 'ServiceAccount', name: 'cluster-west', namespace: NAMESPACE }],
      });
    }
  });

  it('refuses under seal, writes nothing but the answer, and counts no use', async () => {
    const client = brokerWith({ clusterID: 'north' });
    const sent = sendJoin(client);
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Refused', code: 'MCS_JOIN_TOKEN_OTHER_CLUSTER' });
    expect(await readAnswer(client, sent)).toMatchObject({ result: 'refused', code: 'MCS_JOIN_TOKEN_OTHER_CLUSTER', message: expect.stringContaining('"north"') });
    expect(JSON.stringify((await getJoin(client, sent)).status)).not.toContain('north');
    expect(client.writes).toEqual([`apply clusterjoins/status ${sent.sent.metadata.name}`]);
    expect(await usesOf(client)).toEqual([]);
  });

  it('refuses the second of two clusters whose ranges overlap, and the second of the same id', async () => {
    const client = brokerWith();
    await answerOnce(client, sendJoin(client));
    const overlapping = sendJoin(client, { clusterID: 'east', clusterUID: 'uid-east', identityPrivateKeyPem: EAST.privateKeyPem });
    expect(await answerOnce(client, overlapping)).toEqual({ phase: 'Refused', code: 'MCS_CIDR_OVERLAP' });
    const sameID = sendJoin(client, { clusterUID: 'uid-east', podCIDRs: ['10.2.0.0/16'], identityPrivateKeyPem: EAST.privateKeyPem });
    expect(await answerOnce(client, sameID)).toEqual({ phase: 'Refused', code: 'MCS_CLUSTER_ID_TAKEN' });
    expect(await usesOf(client)).toEqual([WEST.publicKey]);
  });

  it('joins a member again with other ranges: grants those, keeps its account, counts nothing', async () => {
    const client = brokerWith({ maxUses: 1 });
    await answerOnce(client, sendJoin(client, { settings: { cableDriver: 'vxlan' } }));
    const account = await client.get(resources.serviceAccounts, 'cluster-west', NAMESPACE);
    const again = sendJoin(client, { podCIDRs: ['10.7.0.0/16'] });
    expect(await answerOnce(client, again)).toEqual({ phase: 'Accepted' });
    expect((await client.get(resources.clusters, 'west', NAMESPACE)).spec).toEqual({ cluster_id: 'west', cluster_uid: 'uid-west', cluster_cidr: ['10.7.0.0/16'], service_cidr: ['10.96.0.0/12'], node_cidr: [] });
    expect((await client.get(resources.serviceAccounts, 'cluster-west', NAMESPACE)).metadata.uid).toBe(account.metadata.uid);
    expect(await usesOf(client)).toEqual([WEST.publicKey]);
  });

  it('gives a free id to a new cluster with a new account, so that tokens of the last holder are void', async () => {
    const client = brokerWith();
    await answerOnce(client, sendJoin(client));
    const before = await client.get(resources.serviceAccounts, 'cluster-west', NAMESPACE);
    await client.delete(resources.clusters, 'west', NAMESPACE);
    expect(await answerOnce(client, sendJoin(client, { identityPrivateKeyPem: EAST.privateKeyPem }))).toEqual({ phase: 'Accepted' });
    expect((await client.get(resources.serviceAccounts, 'cluster-west', NAMESPACE)).metadata.uid).not.toBe(before.metadata.uid);
  });

  it('refuses where an object of that name is not ours, and leaves it alone', async () => {
    const client = brokerWith();
    client.seed(resources.roleBindings, { metadata: { name: 'mcs-member-west', namespace: NAMESPACE }, roleRef: { apiGroup: '', kind: 'Role', name: 'theirs' } });
    const sent = sendJoin(client);
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Refused', code: 'MCS_FOREIGN_OBJECT' });
    expect(await usesOf(client)).toEqual([]);
    expect(client.writes).toEqual([`apply clusterjoins/status ${sent.sent.metadata.name}`]);
  });

  it('waits for approval, says so once, and goes on when the key was accepted', async () => {
    const client = brokerWith({ approve: true });
    const sent = sendJoin(client);
    for (let round = 0; round < 3; round += 1) expect(await answerOnce(client, sent)).toEqual({ phase: 'Pending' });
    expect(client.writes).toEqual([`apply clusterjoins/status ${sent.sent.metadata.name}`]);
    expect(await readAnswer(client, sent)).toBeUndefined();
    const secret = await client.get(resources.secrets, TOKEN_SECRET, NAMESPACE);
    await client.update(resources.secrets, { ...secret, data: { ...secret.data, accepted: Buffer.from(JSON.stringify([WEST.publicKey])).toString('base64') } });
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Accepted' });
  });

  it('is not talked into approval by what the joiner writes into its own object', async () => {
    const client = brokerWith({ approve: true });
    const sent = sendJoin(client);
    client.seed(resources.clusterJoins, { ...sent.sent, metadata: { ...sent.sent.metadata, annotations: { 'mcs.clusterset.local/accepted': 'true' } } });
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Pending' });
  });

  it.each<[string, Partial<ClusterJoin['spec']> | undefined]>([
    ['an unknown token', { tokenID: 'unknown' }],
    ['a token id that leads elsewhere', { tokenID: '../mcs-desk' }],
    ['a token id that is no text', { tokenID: { a: 1 } as never }],
  ])('refuses %s in the clear, because there is nothing to encrypt with', async (_name, change) => {
    const client = brokerWith();
    const sent = sendJoin(client);
    client.seed(resources.clusterJoins, { ...sent.sent, spec: { ...sent.sent.spec, ...change } });
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Refused', code: 'MCS_JOIN_TOKEN_REJECTED' });
    expect(await readAnswer(client, sent)).toMatchObject({ code: 'MCS_JOIN_TOKEN_REJECTED' });
  });

  it.each<[string, unknown]>([
    ['no spec', undefined],
    ['a spec that is a text', 'spec'],
    ['lists where texts belong', { tokenID: GOLDEN_INFO.token.id, clusterID: [], answerKey: [], mac: {} }],
    ['an answer key that is none', { tokenID: GOLDEN_INFO.token.id, answerKey: 'AAAA', mac: 'AAAA' }],
  ])('refuses a ClusterJoin with %s', async (_name, spec) => {
    const client = brokerWith();
    const sent = sendJoin(client);
    client.seed(resources.clusterJoins, { ...sent.sent, spec: spec as ClusterJoin['spec'] });
    expect(await answerOnce(client, sent)).toMatchObject({ phase: 'Refused' });
  });

  it('finishes a leave that still waits before it lets the cluster in again', async () => {
    const client = brokerWith();
    await answerOnce(client, sendJoin(client));
    client.seed(resources.leases, { metadata: { name: 'west', namespace: NAMESPACE, annotations: { [LEAVING]: '2026-01-01T12:00:00Z' } } });
    expect(await answerOnce(client, sendJoin(client, { identityPrivateKeyPem: EAST.privateKeyPem }))).toEqual({ phase: 'Accepted' });
    expect(await client.find(resources.leases, 'west', NAMESPACE)).toBeUndefined();
  });
});

describe('answerJoin, cut anywhere', () => {
  const cuts = Array.from({ length: 8 }, (_, index) => index);
  it.each(cuts)('is completed by the next call when write %i never came', async (cut) => {
    let left = cut;
    const client = brokerWith({ maxUses: 1 }, {
      beforeWrite: () => {
        if (left-- === 0) throw new Error('The process was killed here');
      },
    });
    const sent = sendJoin(client);
    await expect(answerOnce(client, sent)).rejects.toThrow('killed');
    expect((await getJoin(client, sent)).status).toBeUndefined();
    expect(await answerOnce(client, sent)).toEqual({ phase: 'Accepted' });
    expect(await readAnswer(client, sent)).toMatchObject({ result: 'accepted' });
    expect(await usesOf(client)).toEqual([WEST.publicKey]);
    expect(await client.find(resources.clusters, 'west', NAMESPACE)).toBeDefined();
  });

  it('makes eight writes, so that the cuts above are all there are', async () => {
    const client = brokerWith();
    await answerOnce(client, sendJoin(client));
    expect(client.writes.map((write) => write.replace(/ join-\S+$/, ''))).toEqual([
      `update secrets ${TOKEN_SECRET}`,
      'create serviceaccounts cluster-west',
      'create roles mcs-member-west',
      'create rolebindings cluster-west',
      'create rolebindings mcs-member-west',
      'create clusters west',
      'create serviceaccounts/token cluster-west',
      'apply clusterjoins/status',
    ]);
    expect(cuts).toHaveLength(client.writes.length);
  });

  it('counts the last use for one of two joins that raced, and refuses the other on the next try', async () => {
    let race: (() => Promise<void>) | undefined;
    const client = brokerWith({ maxUses: 1 }, {
      beforeWrite: async (verb, resource) => {
        const run = verb === 'update' && resource === 'secrets' ? race : undefined;
        race = run === undefined ? race : undefined;
        await run?.();
      },
    });
    const first = sendJoin(client);
    const second = sendJoin(client, { clusterID: 'east', clusterUID: 'uid-east', podCIDRs: ['10.2.0.0/16'], identityPrivateKeyPem: EAST.privateKeyPem });
    race = async () => {
      await answerOnce(client, second);
    };
    await expect(answerOnce(client, first)).rejects.toMatchObject({ reason: 'Conflict' });
    expect(await answerOnce(client, first)).toEqual({ phase: 'Refused', code: 'MCS_JOIN_TOKEN_USED_UP' });
    expect(await usesOf(client)).toEqual([EAST.publicKey]);
  });
});
