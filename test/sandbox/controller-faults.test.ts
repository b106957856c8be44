import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { Lease } from '../../src/api/types/index.ts';
import { findClockOffset } from '../../src/diagnose/clock-offset.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, exportService, importedAddresses, type Member, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

const MINUTES = 60_000;
const MERGE = 'application/merge-patch+json';
const HTTP = { name: 'http', port: 80, targetPort: 8080 };

let set: MemberSet;
let east: Member;
let west: Member;
let shop: string;

/** All of these tests run with clocks that are 20 minutes apart. */
beforeAll(async () => {
  set = await startMemberSet(['east', 'west'], { limits: { renewSeconds: 0.1, graceSeconds: 0.8 }, clockOffsets: { east: -10 * MINUTES, west: 10 * MINUTES } });
  [east, west] = [set.member('east'), set.member('west')];
});

beforeEach(async () => {
  shop = await set.addNamespace();
});

afterEach(() => {
  for (const faults of [set.brokerFaults, east.faults, west.faults]) faults.heal();
});

afterAll(async () => {
  await set.stop();
});

/** The controllers, and not the people beside them. */
const member = (name: string): { readonly user: string } => ({ user: `system:serviceaccount:${BROKER_NAMESPACE}:cluster-${name}` });
const AT_HOME = { user: `system:serviceaccount:${MEMBER_NAMESPACE}:mcs-controller` };

const imported = (name: string, addresses: readonly string[], { user }: Member = west): Promise<void> =>
  eventually(async () => expect(await importedAddresses(user, shop, name)).toEqual(addresses), { timeoutMs: 20_000 });

describe('controller: clocks that differ', () => {
  it('a member whose clock is wrong is alive as long as its Lease changes, and silent when it does not', async () => {
    await createService(east.user, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await createService(west.user, { namespace: shop, name: 'api', addresses: [podAddress(1, 5)], exported: {} });
    await imported('web', [podAddress(0, 5)]);
    await imported('api', [podAddress(1, 5)], east);
    const times = async (name: string): Promise<number> => Date.parse((await set.brokerUser.get(resources.leases, name, BROKER_NAMESPACE)).spec?.renewTime ?? '');
    expect((await times('west')) - (await times('east'))).toBeGreaterThan(15 * MINUTES);
    for (const { controller } of [east, west]) expect(controller().readiness().detail).toBe('connected to the broker');
    const { items } = await set.brokerUser.getPath<{ items: Lease[] }>(`/apis/coordination.k8s.io/v1/namespaces/${BROKER_NAMESPACE}/leases`);
    const offsets = items.map((lease) => [lease.metadata.name, Math.round((findClockOffset(lease) ?? 0) / MINUTES)]);
    expect(Object.fromEntries(offsets)).toMatchObject({ east: -10, west: 10 });
    await east.stop();
    await imported('web', []);
    await east.start();
    await imported('web', [podAddress(0, 5)]);
  });

  it.each([
    ['behind', 'east', 5 * MINUTES],
    ['ahead, and seems to have lapsed', 'west', 5 * MINUTES],
  ])('a token that is about to end is renewed where the clock is %s', async (_title, name, leftMs) => {
    const { user, controller } = set.member(name);
    const read = async (field: string): Promise<string> => Buffer.from((await user.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE)).data?.[field] ?? '', 'base64').toString();
    const before = await read('token');
    const encode = (ms: number): string => Buffer.from(new Date(ms).toISOString()).toString('base64');
    const now = Date.now();
    await user.patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, MERGE, { data: { issuedAt: encode(now - 60 * MINUTES), expiresAt: encode(now + leftMs) } });
    await eventually(async () => expect(await read('token')).not.toBe(before));
    expect(Date.parse(await read('expiresAt'))).toBeGreaterThan(now + 30 * MINUTES);
    await eventually(() => controller().readiness().detail === 'connected to the broker');
  });
});

describe('controller: a storm of 429', () => {
  it('on the broker and at home loses nothing: what came, changed and went meanwhile is there afterwards', async () => {
    for (const [name, host] of [['web', 5], ['gone', 6]] as const) await createService(east.user, { namespace: shop, name, addresses: [podAddress(0, host)], exported: {} });
    await imported('web', [podAddress(0, 5)]);
    await imported('gone', [podAddress(0, 6)]);
    const storm = { code: 429, retryAfterSeconds: 1 };
    const places = [[set.brokerFaults, member('east')], [set.brokerFaults, member('west')], [east.faults, AT_HOME], [west.faults, AT_HOME]] as const;
    const lifts = places.map(([faults, who]) => faults.fail(who, storm));
    for (const [faults, who] of places) faults.dropWatches(who);
    await east.user.patch(resources.endpointSlices, 'web-abcde', shop, MERGE, { endpoints: [{ addresses: [podAddress(0, 7)] }] });
    await east.user.delete(resources.serviceExports, 'gone', shop);
    await createService(east.user, { namespace: shop, name: 'new', addresses: [podAddress(0, 8)], exported: {} });
    set.brokerFaults.resetCounts();
    await eventually(() => set.brokerFaults.requestCounts().reduce((sum, { count }) => sum + count, 0) >= 4);
    expect(await importedAddresses(west.user, shop)).toEqual([podAddress(0, 5)]);
    for (const lift of lifts) lift();
    await imported('web', [podAddress(0, 7)]);
    await imported('new', [podAddress(0, 8)]);
    await imported('gone', []);
    await eventually(async () => expect(await west.user.find(resources.serviceImports, 'gone', shop)).toBeUndefined());
    await eventually(async () => expect(await conditionsOf(east.user, resources.serviceExports, shop, 'new')).toContain('Ready=True Exported'));
  });

  it('is not answered by a storm of retries', async () => {
    set.brokerFaults.fail({ ...member('east'), verb: 'create' }, { code: 429, retryAfterSeconds: 1, times: 3 });
    set.brokerFaults.resetCounts();
    await createService(east.user, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await imported('web', [podAddress(0, 5)]);
    const creates = set.brokerFaults.requestCounts({ userAgent: 'mcs', verb: 'create' }).filter(({ resource }) => ['serviceimports', 'endpointslices'].includes(resource));
    expect(creates.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(2 + 3);
  });
});

describe('controller: an expired watch cache', () => {
  it('a 410 with changes missed meanwhile, deletions too, ends in a list that finds them', async () => {
    for (const [name, host] of [['web', 5], ['gone', 6]] as const) await createService(east.user, { namespace: shop, name, addresses: [podAddress(0, host)], exported: {} });
    await imported('web', [podAddress(0, 5)]);
    await imported('gone', [podAddress(0, 6)]);
    const watches = { userAgent: 'mcs', verb: 'watch' };
    for (const faults of [set.brokerFaults, east.faults]) {
      faults.fail(watches, { code: 503 });
      faults.dropWatches({ userAgent: 'mcs' });
    }
    await east.user.delete(resources.serviceExports, 'gone', shop);
    await east.user.patch(resources.endpointSlices, 'web-abcde', shop, MERGE, { endpoints: [{ addresses: [podAddress(0, 7)] }] });
    await east.user.create(resources.services, { metadata: { name: 'new', namespace: shop }, spec: { type: 'ClusterIP', ports: [HTTP], selector: { app: 'new' } } });
    await exportService(east.user, shop, 'new');
    for (const faults of [set.brokerFaults, east.faults]) {
      faults.expireResourceVersions();
      faults.heal();
    }
    await imported('web', [podAddress(0, 7)]);
    await imported('gone', []);
    await eventually(async () => expect(await west.user.find(resources.serviceImports, 'gone', shop)).toBeUndefined());
    await eventually(async () => expect(await west.user.find(resources.serviceImports, 'new', shop)).toBeDefined());
  });
});
