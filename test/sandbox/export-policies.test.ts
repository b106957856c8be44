import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EXPORT_POLICY, EXPORT_WISH } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { ServiceExportPolicy } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { eventually } from '../helpers/eventually.ts';
import { createService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
let east: KubeClient;
/** A namespace of this test's own, in both clusters. */
let shop: string;

beforeAll(async () => {
  set = await startMemberSet();
  east = set.member('east').user;
});

beforeEach(async () => {
  shop = await set.addNamespace();
});

afterAll(async () => {
  await set.stop();
});

/** Names and policies of the exports in the test's namespace. */
async function exportsOf(): Promise<Record<string, string>> {
  const { items } = await east.list(resources.serviceExports, { namespace: shop });
  return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.labels?.[EXPORT_POLICY] ?? '']));
}

async function createPolicy(name: string, spec: NonNullable<ServiceExportPolicy['spec']>): Promise<void> {
  await east.create(resources.exportPolicies, { metadata: { name: `${shop}-${name}` }, spec });
}

/** `Accepted=True Accepted`, and the count. */
async function statusOf(name: string): Promise<readonly unknown[]> {
  const { status } = await east.get(resources.exportPolicies, `${shop}-${name}`);
  return [...(status?.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`), status?.exported];
}

const http = { addresses: [podAddress(0, 5)] };

describe('export policies', () => {
  it('export what they select, to every member, and take it away with the Service and with the policy', async () => {
    const west = set.member('west').user;
    await createService(east, { namespace: shop, ...http });
    await createService(east, { namespace: shop, name: 'other', ...http });
    await createPolicy('all', { namespaces: [shop] });
    await eventually(async () => expect(await exportsOf()).toEqual({ web: `${shop}-all`, other: `${shop}-all` }));
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    await eventually(async () => expect(await statusOf('all')).toEqual(['Accepted=True Accepted', 'Exported=True Exported', 2]));
    const { labels } = (await east.get(resources.serviceExports, 'web', shop)).metadata;
    expect(Object.keys(labels ?? {}).toSorted()).toEqual(['app.kubernetes.io/managed-by', EXPORT_POLICY]); // a wish, not a copy: no tag of an origin
    await east.delete(resources.services, 'other', shop);
    await eventually(async () => expect(await exportsOf()).toEqual({ web: `${shop}-all` }));
    await eventually(async () => expect((await statusOf('all')).at(-1)).toBe(1));
    await east.delete(resources.exportPolicies, `${shop}-all`);
    await eventually(async () => expect(await exportsOf()).toEqual({}));
    await eventually(async () => expect(await west.find(resources.serviceImports, 'web', shop)).toBeUndefined());
  });

  it('follow labels of Services and of namespaces, and the annotation that opts out', async () => {
    await createService(east, { namespace: shop, ...http });
    await createPolicy('labels', { namespaceSelector: { matchLabels: { team: shop } }, serviceSelector: { matchExpressions: [{ key: 'share', operator: 'Exists' }] } });
    const label = (resource: typeof resources.services | typeof resources.namespaces, name: string, namespace: string | undefined, metadata: object) => east.patch<never>(resource as never, name, namespace, 'application/merge-patch+json', { metadata });
    await eventually(async () => expect((await statusOf('labels')).at(-1)).toBe(0));
    await label(resources.services, 'web', shop, { labels: { share: 'yes' } });
    await label(resources.namespaces, shop, undefined, { labels: { team: shop } });
    await eventually(async () => expect(await exportsOf()).toEqual({ web: `${shop}-labels` }));
    await label(resources.services, 'web', shop, { annotations: { [EXPORT_WISH]: 'false' } });
    await eventually(async () => expect(await exportsOf()).toEqual({}));
    await label(resources.services, 'web', shop, { annotations: { [EXPORT_WISH]: null } });
    await eventually(async () => expect(await exportsOf()).toEqual({ web: `${shop}-labels` }));
    await label(resources.namespaces, shop, undefined, { labels: { team: null } });
    await eventually(async () => expect(await exportsOf()).toEqual({}));
  });

  it("leave a user's export alone; one whose label a user removes is the user's; one that a user deletes comes back", async () => {
    await createService(east, { namespace: shop, ...http });
    await createService(east, { namespace: shop, name: 'mine', ...http, exported: {} });
    await createPolicy('all', { namespaces: [shop] });
    await eventually(async () => expect(await exportsOf()).toEqual({ web: `${shop}-all`, mine: '' }));
    const { uid } = (await east.get(resources.serviceExports, 'web', shop)).metadata;
    await east.delete(resources.serviceExports, 'web', shop);
    await eventually(async () => expect((await east.get(resources.serviceExports, 'web', shop)).metadata.uid).not.toBe(uid));
    await east.patch(resources.serviceExports, 'web', shop, 'application/merge-patch+json', { metadata: { labels: { [EXPORT_POLICY]: null } } });
    await eventually(async () => expect((await statusOf('all')).at(-1)).toBe(0));
    await east.delete(resources.exportPolicies, `${shop}-all`);
    await createPolicy('later', { namespaces: [shop] });
    await eventually(async () => expect(await statusOf('later')).toEqual(['Accepted=True Accepted', 'Exported=True Exported', 0]));
    expect(await exportsOf()).toEqual({ web: '', mine: '' });
  });

  it('of two the older has the export, and the other takes it over, without a gap, when it goes', async () => {
    await createService(east, { namespace: shop, ...http });
    await createPolicy('a', { namespaces: [shop] });
    await createPolicy('b', { namespaces: [shop] }); // within the same second the name decides
    await eventually(async () => expect([await exportsOf(), (await statusOf('a')).at(-1), (await statusOf('b')).at(-1)]).toEqual([{ web: `${shop}-a` }, 1, 0]));
    const { uid } = (await east.get(resources.serviceExports, 'web', shop)).metadata;
    await east.delete(resources.exportPolicies, `${shop}-a`);
    await eventually(async () => expect([await exportsOf(), (await statusOf('b')).at(-1)]).toEqual([{ web: `${shop}-b` }, 1]));
    expect((await east.get(resources.serviceExports, 'web', shop)).metadata.uid).toBe(uid);
  });

  it('that cannot be read say so, by condition and Event, and keep their exports', async () => {
    await createService(east, { namespace: shop, ...http });
    await createPolicy('all', { namespaces: [shop] });
    await eventually(async () => expect(await exportsOf()).toEqual({ web: `${shop}-all` }));
    const broken = { namespaces: [shop], serviceSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] } };
    await east.patch(resources.exportPolicies, `${shop}-all`, undefined, 'application/merge-patch+json', { spec: broken });
    await eventually(async () => expect(await statusOf('all')).toEqual(['Accepted=False InvalidSelector', 1]));
    await eventually(async () => expect((await east.list(resources.events, { namespace: 'default' })).items.filter(({ involvedObject, reason }) => involvedObject?.name === `${shop}-all` && reason === 'InvalidSelector')).toHaveLength(1));
    expect(await exportsOf()).toEqual({ web: `${shop}-all` });
  });

  it('write nothing when the controller starts anew in step, and catch up with what changed meanwhile', async () => {
    await createService(east, { namespace: shop, ...http });
    await createPolicy('0', { namespaces: ['elsewhere'] }); // listed before the one that has the export
    await createPolicy('all', { namespaces: [shop] });
    await eventually(async () => expect((await statusOf('all')).at(-1)).toBe(1));
    const { uid } = (await east.get(resources.serviceExports, 'web', shop)).metadata;
    await eventually(async () => expect((await east.get(resources.serviceExports, 'web', shop)).status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' })));
    const member = set.member('east');
    await member.stop();
    await createService(east, { namespace: shop, name: 'next', ...http });
    const writesSince = set.watchWrites();
    await member.start();
    await eventually(async () => expect((await statusOf('all')).at(-1)).toBe(2));
    expect(writesSince().filter((write) => /serviceexports(?!\/)/.test(write) && !write.includes('/status'))).toHaveLength(1);
    expect(await exportsOf()).toEqual({ web: `${shop}-all`, next: `${shop}-all` });
    expect((await east.get(resources.serviceExports, 'web', shop)).metadata.uid).toBe(uid);
  });
});
