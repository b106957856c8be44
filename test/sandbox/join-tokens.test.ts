import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { BROKER_CONFIG, BROKER_NAMESPACE, joinTokenSecretName, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { caPin } from '../../src/base/pin.ts';
import { acceptJoin, createToken, type CreateTokenOptions, type CreateTokenResult, leave, listWaitingJoins, type PinChange, repin, type RepinResult, revokeTokens, rotateAuthority } from '../../src/deployers/index.ts';
import { findMemberCredential } from '../../src/deployers/join/member-secret.ts';
import { readCredentials } from '../../src/inspect/credentials.ts';
import { surveyFleet } from '../../src/inspect/survey-fleet.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';
import { rejection } from '../helpers/thrown.ts';

jest.setTimeout(30_000);

const signal = new AbortController().signal;
const PLACE = { brokerNamespace: BROKER_NAMESPACE };

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

const file = (name: string): string => `${fleet.directory}/${name}.subm`;

function options(name: string, more: Partial<CreateTokenOptions> = {}): CreateTokenOptions {
  return { ...PLACE, kubeconfigCa: fleet.ca(0), outputFile: file(name), configDir: `${fleet.directory}/config`, approve: false, ttlSeconds: 3600, dryRun: false, ...more };
}

const create = (name: string, more: Partial<CreateTokenOptions> = {}): Promise<CreateTokenResult> => createToken(fleet.context(0), options(name, more));

async function leaveAll(): Promise<void> {
  await leave(fleet.context(1), { force: true, timeoutMs: 20_000 });
}

describe('createToken()', () => {
  it('makes a file for one cluster id, with which that cluster alone joins', async () => {
    const { tokenID = '', maxUses, file: written, joinKey } = await create('bound', { clusterID: 'cluster1' });
    expect([maxUses, written?.path]).toEqual([1, file('bound')]);
    expect(joinKey).toMatch(/^([0-9A-Z]{4}-){8}[0-9A-Z]{4}$/);
    expect(await rejection(fleet.join(1, { infoFile: file('bound'), clusterID: 'other' }))).toHaveProperty('code', 'MCS_JOIN_TOKEN_OTHER_CLUSTER');
    expect(await fleet.join(1, { infoFile: file('bound') })).toHaveProperty('clusterID', 'cluster1');
    const { items } = await fleet.admin(0).list(resources.secrets, { namespace: BROKER_NAMESPACE, labelSelector: `mcs.clusterset.local/join-token-id=${tokenID}` });
    expect(items).toHaveLength(1);
    await leaveAll();
  });

  it('writes nothing in a dry run, and shows the Secret without what is secret', async () => {
    const before = await snapshot(fleet.admin(0));
    const { manifests = '', ...result } = await create('dry', { clusterID: 'west', dryRun: true });
    const shown = parse(manifests) as { kind: string; data: Record<string, string> };
    expect(shown.kind).toBe('Secret');
    expect(Object.keys(shown.data)).not.toContain('secret');
    expect(Buffer.from(shown.data.clusterID ?? '', 'base64').toString()).toBe('west');
    expect(result).not.toHaveProperty('joinKey');
    expect(await snapshot(fleet.admin(0))).toEqual(before);
    expect(await rejection(readFile(file('dry')))).toHaveProperty('code', 'ENOENT');
  });

  it('says where the broker is when it is run in a member, or that there is none', async () => {
    await fleet.join(1);
    const error = await rejection(createToken(fleet.context(1), options('member')));
    expect(error).toMatchObject({ code: 'MCS_BROKER_NOT_FOUND', message: expect.stringContaining(fleet.server(0)) });
    await leaveAll();
    expect(await rejection(createToken(fleet.context(1), options('none')))).toHaveProperty('code', 'MCS_BROKER_NOT_FOUND');
  });

  it.each<[string, Partial<CreateTokenOptions>, string]>([
    ['a life that is too short', { ttlSeconds: 10 }, 'MCS_USAGE'],
    ['a life of many years', { ttlSeconds: 1e9 }, 'MCS_USAGE'],
    ['no uses', { maxUses: 0 }, 'MCS_USAGE'],
    ['several uses by one cluster', { maxUses: 2, clusterID: 'west' }, 'MCS_USAGE'],
    ['a cluster id that is none', { clusterID: 'West_1' }, 'MCS_CLUSTER_ID_INVALID'],
    ['a namespace without a broker', { brokerNamespace: 'default' }, 'MCS_BROKER_NOT_FOUND'],
    ['an address that is no URL', { brokerUrl: 'broker' }, 'MCS_USAGE'],
    ['a file that cannot be written', { outputFile: '/proc/none/x.subm' }, 'MCS_BROKER_INFO_WRITE'],
  ])('refuses %s before it writes anything', async (_name, more, code) => {
    const before = await snapshot(fleet.admin(0));
    expect(await rejection(create('bad', more))).toHaveProperty('code', code);
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('refuses a user without rights, naming what is missing', async () => {
    const context = fleet.context(0, await fleet.createNobody(0));
    expect(await rejection(createToken(context, options('nobody')))).toHaveProperty('code', 'MCS_FORBIDDEN');
  });
});

describe('acceptJoin()', () => {
  it('lets a waiting cluster in, which says what it waits for', async () => {
    await create('approve', { approve: true, maxUses: 1 });
    const late = await rejection(fleet.join(1, { infoFile: file('approve'), timeoutMs: 2000 }));
    expect(late).toMatchObject({ code: 'MCS_JOIN_NOT_ACCEPTED', hints: [expect.stringMatching(/^mcs accept cluster1 --fingerprint ([0-9a-f]{4}-){3}[0-9a-f]{4}/), expect.anything()] });
    const waiting = await listWaitingJoins(fleet.context(0), PLACE);
    expect(waiting).toMatchObject([{ clusterID: 'cluster1', podCIDRs: ['11.16.0.0/16'] }]);
    const fingerprint = waiting[0]?.fingerprint ?? '';
    expect((late as { details: object }).details).toMatchObject({ fingerprint });
    const accept = { ...PLACE, clusterID: 'cluster1', approval: 'accept' as const, timeoutMs: 10_000 };
    const before = await snapshot(fleet.admin(0));
    expect((await acceptJoin(fleet.context(0), { ...accept, dryRun: true })).planned).toEqual([expect.stringMatching(/^update Secret /)]);
    expect(await snapshot(fleet.admin(0))).toEqual(before);
    expect(await rejection(acceptJoin(fleet.context(0), { ...accept, fingerprint: '0000', dryRun: false }))).toHaveProperty('code', 'MCS_JOIN_NOT_WAITING');

    const result = await acceptJoin(fleet.context(0), { ...accept, fingerprint, dryRun: false });
    expect(result.steps.map(({ state }) => state)).toEqual(['done', 'updated', 'done']);
    expect(await fleet.join(1, { infoFile: file('approve') })).toHaveProperty('clusterID', 'cluster1');
    expect(await listWaitingJoins(fleet.context(0), PLACE)).toEqual([]);
    expect(await rejection(acceptJoin(fleet.context(0), { ...accept, dryRun: false }))).toHaveProperty('code', 'MCS_JOIN_NOT_WAITING');
    await leaveAll();
  });

  it('turns a cluster away for good', async () => {
    await create('deny', { approve: true });
    const joining = rejection(fleet.join(1, { infoFile: file('deny'), clusterID: 'denied' }));
    await eventually(async () => (await listWaitingJoins(fleet.context(0), PLACE)).length > 0);
    await acceptJoin(fleet.context(0), { ...PLACE, clusterID: 'denied', approval: 'deny', timeoutMs: 10_000, dryRun: false });
    expect(await joining).toHaveProperty('code', 'MCS_JOIN_REFUSED');
    expect(await rejection(fleet.join(1, { infoFile: file('deny'), clusterID: 'denied' }))).toHaveProperty('code', 'MCS_JOIN_REFUSED');
  });
});

describe('revokeTokens()', () => {
  const revoke = (tokenIDs: string[], more = {}): ReturnType<typeof revokeTokens> => revokeTokens(fleet.context(0), { ...PLACE, tokenIDs, dryRun: false, ...more });

  it('ends a join token: nobody joins with it any more', async () => {
    const { tokenID = '' } = await create('revoked');
    const dry = await revoke([tokenID], { dryRun: true });
    expect(dry.planned).toEqual([`delete Secret ${BROKER_NAMESPACE}/${joinTokenSecretName(tokenID)}`]);
    expect(await revoke([tokenID])).toMatchObject({ tokens: [tokenID], isUnchanged: false });
    expect(await rejection(fleet.join(1, { infoFile: file('revoked') }))).toHaveProperty('code', 'MCS_JOIN_TOKEN_REJECTED');
    expect(await rejection(revoke([tokenID]))).toHaveProperty('code', 'MCS_TOKEN_NOT_FOUND');
  });

  it('revokes nothing where one of the ids is unknown', async () => {
    const { tokenID = '' } = await create('kept');
    expect(await rejection(revoke([tokenID, 'unknown']))).toHaveProperty('code', 'MCS_TOKEN_NOT_FOUND');
    expect(await rejection(revoke(['../mcs-broker']))).toHaveProperty('code', 'MCS_TOKEN_NOT_FOUND');
    expect(await fleet.admin(0).find(resources.secrets, joinTokenSecretName(tokenID), BROKER_NAMESPACE)).toBeDefined();
  });

  it('ejects a member: its token is refused, and the tokens bound to it are gone', async () => {
    const { tokenID } = await create('member', { clusterID: 'cluster1' });
    await fleet.join(1, { infoFile: file('member') });
    const credential = await findMemberCredential(fleet.admin(1), signal);
    const member = fleet.sandbox.client(0, credential?.token ?? '');
    expect((await member.list(resources.clusters, { namespace: BROKER_NAMESPACE })).items).toHaveLength(1);
    const dry = await revoke([], { clusterID: 'cluster1', dryRun: true });
    expect(dry.planned).toEqual(expect.arrayContaining([`delete ServiceAccount ${BROKER_NAMESPACE}/cluster-cluster1`, `delete Cluster ${BROKER_NAMESPACE}/cluster1`]));
    const result = await revoke([], { clusterID: 'cluster1' });
    expect(result).toMatchObject({ ejected: 'cluster1', tokens: expect.arrayContaining([tokenID]) });
    expect(result.stillUsable.length).toBeGreaterThan(0);
    expect(await rejection(member.list(resources.clusters, { namespace: BROKER_NAMESPACE }))).toHaveProperty('code');
    expect((await fleet.admin(0).list(resources.clusters, { namespace: BROKER_NAMESPACE })).items).toEqual([]);
    expect(await rejection(revoke([], { clusterID: 'cluster1' }))).toHaveProperty('code', 'MCS_MEMBER_NOT_FOUND');
    await leaveAll();
  });
});

describe('rotateAuthority() and repin()', () => {
  const next = createTestAuthority('next').ca;
  const rotate = (more = {}): ReturnType<typeof rotateAuthority> => rotateAuthority(fleet.context(0), { ...PLACE, kubeconfigCa: fleet.ca(0), dryRun: false, ...more });
  const published = async (): Promise<string | undefined> => (await fleet.admin(0).get(resources.configMaps, BROKER_CONFIG, BROKER_NAMESPACE)).data?.ca;

  it('publishes both authorities, which new files pin and deploy-broker keeps, and in the end only the one that serves', async () => {
    const present = caPin(fleet.ca(0));
    expect(parse((await rotate({ newAuthority: next, dryRun: true })).manifests ?? '')).toHaveProperty('kind', 'ConfigMap');
    expect(await rotate({ newAuthority: next })).toMatchObject({ before: [present], after: [present, caPin(next)], isUnchanged: false });
    expect(await rotate({ newAuthority: next })).toMatchObject({ isUnchanged: true });
    await create('both');
    await fleet.join(1, { infoFile: file('both') });
    expect((await findMemberCredential(fleet.admin(1), signal))?.ca).toBe(await published());
    const standing = await published();
    await fleet.deployBroker();
    expect(await published()).toBe(standing);
    expect(await rotate()).toMatchObject({ after: [present] });
    await leaveAll();
  });

  it('refuses an authority that is none', async () => {
    expect(await rejection(rotate({ newAuthority: 'no PEM' }))).toHaveProperty('code', 'MCS_USAGE');
    expect(await rejection(rotate({ newAuthority: '' }))).toHaveProperty('code', 'MCS_USAGE');
  });

  it('repins a member after consent to both pins, and keeps its membership', async () => {
    await create('repin');
    const context = fleet.context(1);
    const run = (consent: (change: PinChange) => Promise<void>, dryRun = false): Promise<RepinResult> => repin(context, { infoFile: file('repin'), keys: { configDir: `${fleet.directory}/config` }, consent, dryRun });
    const yes = (): Promise<void> => Promise.resolve();
    expect(await rejection(run(yes))).toHaveProperty('code', 'MCS_NOT_JOINED');
    await fleet.join(1, { infoFile: file('repin') });
    const before = await findMemberCredential(fleet.admin(1), signal);
    expect(await run(yes)).toMatchObject({ isUnchanged: true });
    const data = { ca: Buffer.from(next).toString('base64') };
    await fleet.admin(1).patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', { data });

    expect(await rejection(fleet.join(1, { infoFile: file('repin') }))).toMatchObject({ code: 'MCS_JOINED_ELSEWHERE', hints: [expect.stringContaining('--repin'), 'mcs leave'] });
    expect((await run(yes, true)).planned).toEqual([`update Secret ${MEMBER_NAMESPACE}/${MEMBER_BROKER_SECRET}`]);
    expect(await rejection(run(() => Promise.reject(new Error('no'))))).toHaveProperty('message', 'no');
    expect((await findMemberCredential(fleet.admin(1), signal))?.ca).toBe(next);
    const changes: PinChange[] = [];
    const result = await run((change) => {
      changes.push(change);
      return Promise.resolve();
    });
    expect(changes).toMatchObject([{ clusterID: 'cluster1', before: [caPin(next)], after: [caPin(fleet.ca(0))] }]);
    expect(result).toMatchObject({ isTokenAccepted: true, isUnchanged: false });
    expect(await findMemberCredential(fleet.admin(1), signal)).toEqual(before);
    await leaveAll();
  });
});

describe('readCredentials()', () => {
  it('shows members and join tokens, and never a secret', async () => {
    await fleet.join(1);
    const source = (index: number) => ({ context: `cluster${index}`, connect: () => Promise.resolve(fleet.admin(index)) });
    const report = await readCredentials(await surveyFleet([source(0), source(1)], { signal, timeoutMs: 20_000 }), Date.now(), signal);
    expect(report.credentials).toMatchObject([{ cluster: 'cluster1', broker: fleet.server(0), state: 'valid', caPins: expect.arrayContaining([caPin(fleet.ca(0))]) }]);
    expect(report.joinTokens[0]).toMatchObject({ context: 'cluster0', clusterID: '', approve: false, state: 'valid' });
    const secrets = (await fleet.admin(0).list(resources.secrets, { namespace: BROKER_NAMESPACE })).items.map(({ data }) => Buffer.from(data?.secret ?? '', 'base64').toString());
    const token = (await findMemberCredential(fleet.admin(1), signal))?.token ?? '';
    const text = JSON.stringify(report);
    for (const secret of [...secrets, token].filter((value) => value !== '')) expect(text).not.toContain(secret);
    await leaveAll();
  });
});
