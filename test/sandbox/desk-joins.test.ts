import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LEAVING, MEMBER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { createIdentityKey, type JoinAnswer } from '../../src/broker-info/index.ts';
import { parseJoinToken } from '../../src/broker-info/join-token.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type DeskBroker, startDeskBroker } from '../helpers/desk-broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { rejection } from '../helpers/thrown.ts';

const NAMESPACE = BROKER_NAMESPACE;
const WEST = { clusterID: 'west', podCIDRs: ['10.1.0.0/16'] };
const EAST = { clusterID: 'east', podCIDRs: ['10.2.0.0/16'] };
const DENIED = { code: 403 };

let broker: DeskBroker;

beforeEach(async () => {
  broker = await startDeskBroker();
});

afterEach(async () => {
  await broker.stop();
});

function tokenOf(answer: JoinAnswer): string {
  if (answer.result !== 'accepted') throw new Error(answer.message);
  return answer.token;
}

async function usesOf(tokenID: string): Promise<number | undefined> {
  return parseJoinToken(await broker.admin.get(resources.secrets, `mcs-join-${tokenID}`, NAMESPACE))?.uses.length;
}

describe('the desk over HTTPS, with the rights of its own account', () => {
  it('makes members whose tokens may do what the member Role says, and renew only themselves', async () => {
    await broker.startDesk();
    const info = await broker.createToken();
    const answers = await Promise.all([WEST, EAST].map(async (joining) => (await broker.send(info, joining))()));
    const [west, east] = answers.map((answer) => broker.server.client(tokenOf(answer))) as [KubeClient, KubeClient];

    const { items } = await west.list(resources.clusters, { namespace: NAMESPACE });
    expect(items.map(({ spec }) => [spec.cluster_id, spec.cluster_cidr]).sort()).toEqual([['east', ['10.2.0.0/16']], ['west', ['10.1.0.0/16']]]);
    await east.create(resources.leases, { metadata: { name: 'east', namespace: NAMESPACE, labels: { [MEMBER]: 'east' } }, spec: {} });
    expect(await west.createToken('cluster-west', NAMESPACE, { expirationSeconds: 600 })).toHaveProperty('token');
    expect(await rejection(west.createToken('cluster-east', NAMESPACE, { expirationSeconds: 600 }))).toMatchObject(DENIED);
    expect(await rejection(west.createToken('mcs-desk', NAMESPACE, { expirationSeconds: 600 }))).toMatchObject(DENIED);
    expect(await rejection(west.list(resources.secrets, { namespace: NAMESPACE }))).toMatchObject(DENIED);
    expect(await rejection(west.get(resources.clusterJoins, 'any', NAMESPACE))).toMatchObject(DENIED);
    const [own] = items;
    expect(own && (await rejection(west.update(resources.clusters, { ...own, spec: { ...own.spec, cluster_cidr: ['0.0.0.0/0'] } })))).toMatchObject(DENIED);
  });

  it('gives the holder of a join credential nothing but the request and the list of members', async () => {
    await broker.startDesk();
    const info = await broker.createToken();
    await (await broker.send(info, WEST))();
    const joiner = broker.server.client(info.token.bearer);
    expect((await joiner.list(resources.clusters, { namespace: NAMESPACE })).items).toHaveLength(1);
    expect(await rejection(joiner.list(resources.clusterJoins, { namespace: NAMESPACE }))).toMatchObject(DENIED);
    expect(await rejection(joiner.get(resources.secrets, `mcs-join-${info.token.id}`, NAMESPACE))).toMatchObject(DENIED);
    expect(await rejection(joiner.createToken('cluster-west', NAMESPACE, { expirationSeconds: 600 }))).toMatchObject(DENIED);
    const [join] = (await broker.admin.list(resources.clusterJoins, { namespace: NAMESPACE })).items;
    const forged = { metadata: { name: join?.metadata.name ?? '', namespace: NAMESPACE }, status: { phase: 'Accepted' as const } } as never;
    expect(await rejection(joiner.apply(resources.clusterJoins, forged, { fieldManager: 'x', force: true, subresource: 'status' }))).toMatchObject(DENIED);
  });

  it('counts one use of two joins that want the last one at once', async () => {
    await broker.startDesk();
    const info = await broker.createToken({ maxUses: 1 });
    const answers = await Promise.all([WEST, EAST].map(async (joining) => (await broker.send(info, joining))()));
    expect(answers.map(({ result }) => result).sort()).toEqual(['accepted', 'refused']);
    expect(answers.find(({ result }) => result === 'refused')).toMatchObject({ code: 'MCS_JOIN_TOKEN_USED_UP' });
    expect(await usesOf(info.token.id)).toBe(1);
  });

  it('lets the same cluster ask three times with a token for one use', async () => {
    await broker.startDesk();
    const info = await broker.createToken({ maxUses: 1 });
    const identityPrivateKeyPem = createIdentityKey().privateKeyPem;
    for (let round = 0; round < 3; round += 1) {
      const answer = await broker.send(info, { ...WEST, identityPrivateKeyPem });
      expect((await answer()).result).toBe('accepted');
    }
    expect(await usesOf(info.token.id)).toBe(1);
  });

  it('refuses a join whose token was deleted meanwhile', async () => {
    const info = await broker.createToken();
    await broker.send(info, WEST);
    const [join] = (await broker.admin.list(resources.clusterJoins, { namespace: NAMESPACE })).items;
    await broker.admin.delete(resources.secrets, `mcs-join-${info.token.id}`, NAMESPACE);
    await broker.startDesk();
    await eventually(async () => (await broker.admin.get(resources.clusterJoins, join?.metadata.name ?? '', NAMESPACE)).status?.phase === 'Refused');
    expect((await broker.admin.list(resources.clusters, { namespace: NAMESPACE })).items).toEqual([]);
    expect(await rejection(broker.server.client(info.token.bearer).list(resources.clusters, { namespace: NAMESPACE }))).toMatchObject({ code: 401 });
  });

  it('waits for approval and answers once the key is accepted', async () => {
    await broker.startDesk();
    const info = await broker.createToken({ approve: true });
    const identity = createIdentityKey();
    const answer = await broker.send(info, { ...WEST, identityPrivateKeyPem: identity.privateKeyPem });
    const [join] = (await broker.admin.list(resources.clusterJoins, { namespace: NAMESPACE })).items;
    await eventually(async () => (await broker.admin.get(resources.clusterJoins, join?.metadata.name ?? '', NAMESPACE)).status?.phase === 'Pending');
    const secret = await broker.admin.get(resources.secrets, `mcs-join-${info.token.id}`, NAMESPACE);
    const accepted = Buffer.from(JSON.stringify([identity.publicKey])).toString('base64');
    await broker.admin.update(resources.secrets, { ...secret, data: { ...secret.data, accepted } });
    expect((await answer()).result).toBe('accepted');
  });
});

describe('the desk in trouble', () => {
  it.each<[string, (broker: DeskBroker) => unknown]>([
    ['its writes fail for a while', ({ server }) => server.faults.fail({ verb: 'create', resource: 'rolebindings' }, { code: 500, times: 2 })],
    ['it is asked to wait', ({ server }) => server.faults.fail({ verb: 'create', resource: 'clusters' }, { code: 429, times: 2, retryAfterSeconds: 0 })],
    ['the status cannot be written at first', ({ server }) => server.faults.fail({ resource: 'clusterjoins/status' }, { code: 503, times: 2 })],
    ['its watches are cut', ({ server }) => server.faults.dropWatches()],
  ])('answers all the same when %s', async (_name, trouble) => {
    await broker.startDesk();
    await eventually(() => broker.desk.isReady);
    const info = await broker.createToken({ maxUses: 1 });
    trouble(broker);
    expect((await (await broker.send(info, WEST))()).result).toBe('accepted');
    expect(await usesOf(info.token.id)).toBe(1);
  });

  it('answers the next join while one keeps failing', async () => {
    await broker.startDesk();
    const info = await broker.createToken();
    broker.server.faults.fail({ verb: 'create', resource: 'rolebindings' }, { code: 500, times: 1 });
    const answers = [await broker.send(info, WEST), await broker.send(info, EAST)];
    expect((await Promise.all(answers.map((answer) => answer()))).map(({ result }) => result)).toEqual(['accepted', 'accepted']);
  });

  it('removes a member that leaves, and its token dies', async () => {
    await broker.startDesk();
    const west = broker.server.client(tokenOf(await (await broker.send(await broker.createToken(), WEST))()));
    const lease = { metadata: { name: 'west', namespace: NAMESPACE, annotations: { [LEAVING]: new Date().toISOString() }, labels: { [MEMBER]: 'west' } }, spec: {} };
    await west.create(resources.leases, lease);
    await eventually(async () => (await broker.admin.find(resources.leases, 'west', NAMESPACE)) === undefined);
    expect((await broker.admin.list(resources.clusters, { namespace: NAMESPACE })).items).toEqual([]);
    expect(await broker.admin.find(resources.serviceAccounts, 'cluster-west', NAMESPACE)).toBeUndefined();
    expect(await rejection(west.list(resources.clusters, { namespace: NAMESPACE }))).toMatchObject({ code: 401 });
  });
});
