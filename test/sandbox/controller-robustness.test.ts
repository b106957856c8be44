import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { ControllerLimits } from '../../src/controller/settings.ts';
import { derivedServiceName } from '../../src/sync/service/imported-names.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, exportService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
/** A namespace in both clusters. */
let shop: string;

/** Sets in use, by their limits. Every test leaves its set joined up and running. */
const sets = new Map<Partial<ControllerLimits>, MemberSet>();

afterAll(async () => {
  await Promise.all([...sets.values()].map((each) => each.stop()));
});

const USUAL: Partial<ControllerLimits> = {};
/** Leases that are renewed and lapse fast enough to be watched. */
const FAST: Partial<ControllerLimits> = { renewSeconds: 0.1, graceSeconds: 0.6 };

async function begin(limits: Partial<ControllerLimits> = USUAL): Promise<void> {
  set = sets.get(limits) ?? (await startMemberSet(['east', 'west'], { limits }));
  sets.set(limits, set);
  shop = await set.addNamespace();
}

async function exportFromEast(): Promise<void> {
  await createService(set.member('east').user, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
  for (const { user } of set.members) await eventually(async () => expect(await importedAddresses(user, shop)).toHaveLength(1));
}

async function settled(): Promise<void> {
  for (const { user } of set.members) await eventually(async () => expect(await conditionsOf(user, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
  await eventually(async () => expect(await conditionsOf(set.member('east').user, resources.serviceExports, shop)).toContain('Ready=True Exported'));
}

/** A sentinel that has been through both controllers: whatever came before has been dealt with. */
async function exportSentinel(): Promise<void> {
  await createService(set.member('east').user, { namespace: shop, name: 'sentinel', addresses: [podAddress(0, 99)], exported: {} });
  for (const { user } of set.members) await eventually(async () => expect(await importedAddresses(user, shop, 'sentinel')).toHaveLength(1));
}

describe('controller: restart', () => {
  it('writes nothing when nothing has changed', async () => {
    await begin();
    await exportFromEast();
    await settled();
    for (const member of set.members) await member.stop();
    const writesSince = set.watchWrites();
    for (const member of set.members) await member.start();
    await exportSentinel();
    const sentinel = derivedServiceName(shop, 'sentinel');
    expect(writesSince().filter((write) => !write.includes('sentinel') && !write.includes(sentinel))).toEqual([]);
  });

  it('catches up with what happened meanwhile: orphans go, news come', async () => {
    await begin();
    const [east, west] = [set.member('east').user, set.member('west').user];
    await exportFromEast();
    for (const member of set.members) await member.stop();
    await east.delete(resources.serviceExports, 'web', shop);
    await createService(east, { namespace: shop, name: 'api', addresses: [podAddress(0, 7)], exported: {} });
    for (const member of set.members) await member.start();
    await eventually(async () => expect(await importedAddresses(west, shop, 'api')).toEqual([podAddress(0, 7)]));
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([]));
    await eventually(async () => expect(await west.find(resources.serviceImports, 'web', shop)).toBeUndefined());
  });

  it('I2: repairs what somebody deleted or changed by hand', async () => {
    await begin();
    await exportFromEast();
    await settled();
    const west = set.member('west').user;
    const { ips } = (await west.get(resources.serviceImports, 'web', shop)).spec;
    await west.delete(resources.serviceImports, 'web', shop);
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).spec.ips).toEqual(ips));
    await west.patch(resources.endpointSlices, 'web-abcde.east', shop, 'application/merge-patch+json', { endpoints: [] });
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    await set.brokerUser.delete(resources.serviceImports, `web.${shop}.east`, BROKER_NAMESPACE);
    await eventually(async () => expect(await set.brokerUser.find(resources.serviceImports, `web.${shop}.east`, BROKER_NAMESPACE)).toBeDefined());
  });
});

describe('controller: the broker is away', () => {
  it('deletes nothing, follows the own endpoints, and resumes', async () => {
    await begin();
    const [east, west] = [set.member('east').user, set.member('west').user];
    await exportFromEast();
    await settled();
    set.setBrokerAway(true);
    await east.patch(resources.endpointSlices, 'web-abcde', shop, 'application/merge-patch+json', { endpoints: [{ addresses: [podAddress(0, 6)] }] });
    await eventually(async () => expect(await importedAddresses(east, shop)).toEqual([podAddress(0, 6)]));
    expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]);
    await eventually(() => set.member('west').controller().readiness().detail.startsWith('MCS_BROKER_UNREACHABLE'));
    expect(set.member('west').controller().readiness().isMet).toBe(true);
    set.setBrokerAway(false);
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 6)]));
  });

  it('keeps imports when a controller starts meanwhile, and says on new ServiceExports what is the matter', async () => {
    await begin();
    await exportFromEast();
    await settled();
    const west = set.member('west');
    set.setBrokerAway(true);
    await west.stop();
    await west.start();
    await exportService(west.user, shop, 'other');
    await eventually(async () => expect((await conditionsOf(west.user, resources.serviceExports, shop, 'other')).join()).toContain('Ready=False'));
    expect(await importedAddresses(west.user, shop)).toEqual([podAddress(0, 5)]);
    expect(west.controller().readiness().isMet).toBe(true);
    set.setBrokerAway(false);
    await eventually(() => west.controller().readiness().detail === 'connected to the broker');
  });
});

describe('controller: a member falls silent', () => {
  it('S2: withdraws its endpoints, keeps the import and its address, and brings them back at once', async () => {
    await begin(FAST);
    await exportFromEast();
    const [east, west] = [set.member('east'), set.member('west').user];
    const { ips } = (await west.get(resources.serviceImports, 'web', shop)).spec;
    await east.stop();
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([]));
    const silent = await west.get(resources.serviceImports, 'web', shop);
    expect(silent.spec.ips).toEqual(ips);
    expect(silent.metadata.annotations).toMatchObject({ 'mcs.clusterset.local/withdrawn-clusters': 'east' });
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).status?.clusters ?? []).toEqual([]));
    await east.start();
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    expect((await west.get(resources.serviceImports, 'web', shop)).metadata.annotations).not.toHaveProperty('mcs.clusterset.local/withdrawn-clusters');
  });

  it('stays withdrawn through a restart of the importer', async () => {
    await begin(FAST);
    await exportFromEast();
    const west = set.member('west');
    await set.member('east').stop();
    await eventually(async () => expect(await importedAddresses(west.user, shop)).toEqual([]));
    await eventually(async () => expect((await west.user.get(resources.serviceImports, 'web', shop)).status?.clusters ?? []).toEqual([]));
    await west.stop();
    const before = west.local.writes.length;
    await west.start();
    await createService(west.user, { namespace: shop, name: 'sentinel', addresses: [podAddress(1, 9)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west.user, shop, 'sentinel')).toHaveLength(1));
    expect(west.local.writes.slice(before).filter((write) => write.includes('web'))).toEqual([]);
    await set.member('east').start();
  });
});

describe('controller: credential', () => {
  const tokenOf = async (): Promise<string> => {
    const { data = {} } = await set.member('east').user.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    return Buffer.from(data.token ?? '', 'base64').toString();
  };
  /** Changes the Secret as a join would. */
  const setCredential = async (fields: { issuedAgoMs: number; leftMs: number; token?: string }): Promise<void> => {
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    const time = (ms: number): string => encode(new Date(Date.now() + ms).toISOString());
    const data = { issuedAt: time(-fields.issuedAgoMs), expiresAt: time(fields.leftMs), ...(fields.token !== undefined && { token: encode(fields.token) }) };
    await set.member('east').user.patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', { data });
  };
  const newToken = async (): Promise<string> => (await set.brokerUser.createToken('cluster-east', BROKER_NAMESPACE, { expirationSeconds: 3_600 })).token;

  it('is renewed at a third of its life, into the Secret', async () => {
    await begin();
    const first = await tokenOf();
    await setCredential({ issuedAgoMs: 3_600_000, leftMs: 3_600_000 });
    await eventually(async () => expect(await tokenOf()).not.toBe(first));
    await eventually(() => set.member('east').controller().readiness().detail === 'connected to the broker');
  });

  it('shows one that has lapsed, keeps what is imported, and takes up the one of a new join', async () => {
    await begin();
    await exportFromEast();
    const { controller, toBroker, user } = set.member('east');
    await setCredential({ issuedAgoMs: 7_200_000, leftMs: -3_600_000, token: 'lapsed' });
    toBroker.cut(); // open watches outlive a token, so they are cut here
    toBroker.mend();
    await eventually(() => controller().readiness().detail.startsWith('MCS_CREDENTIAL_EXPIRED'));
    expect(controller().readiness().isMet).toBe(true);
    await createService(user, { namespace: shop, name: 'api', addresses: [podAddress(0, 8)], exported: {} });
    await eventually(async () => expect((await conditionsOf(user, resources.serviceExports, shop, 'api')).join()).toContain('Ready=False Failed'));
    expect(await importedAddresses(user, shop)).toHaveLength(1);
    const token = await newToken();
    await setCredential({ issuedAgoMs: 0, leftMs: 3_600_000, token });
    await eventually(() => controller().readiness().detail === 'connected to the broker');
    await eventually(async () => expect(await importedAddresses(set.member('west').user, shop, 'api')).toEqual([podAddress(0, 8)]));
    expect(await tokenOf()).toBe(token);
  });

  it('shows that there is none, and begins as soon as there is', async () => {
    await begin();
    const east = set.member('east');
    await east.stop();
    const secret = await east.user.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    await east.user.delete(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    await east.start();
    await eventually(() => east.controller().readiness().detail.startsWith('MCS_NOT_JOINED'));
    const { name, namespace } = secret.metadata;
    await east.user.create(resources.secrets, { metadata: { name, namespace: namespace ?? '' }, data: secret.data ?? {} });
    await eventually(() => east.controller().readiness().detail === 'connected to the broker');
  });
});
