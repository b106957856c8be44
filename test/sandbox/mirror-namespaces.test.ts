import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OWNER, REFLECTED } from '../../src/api/labels.ts';
import { MIRROR_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { SourceSettings } from '../../src/mirror/settings.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { addressesOf, appears, disappears, ensureNamespace, labelled, MIRROR_AGENT, type MirrorSet, putService, type RunningMirror, sourceSettings, startMirrorSet } from '../helpers/mirror-set.ts';

let set: MirrorSet;
let west: TestApiServer;
let here: TestApiServer;
let remote: KubeClient;
let local: KubeClient;
let count = 0;
let shop: string;
let mine: Record<string, string>;

const MERGE = 'application/merge-patch+json';

beforeAll(async () => {
  set = await startMirrorSet(2);
  [west, here] = set.servers as [TestApiServer, TestApiServer];
  [remote, local] = [west.client(), here.client()];
});

afterAll(() => set.stop());

beforeEach(() => {
  count += 1;
  shop = `shop-${count}`;
  mine = { test: `t${count}` };
});

afterEach(async () => {
  await set.stopMirrors();
  here.faults.heal();
});

const source = (more: Partial<SourceSettings> = {}): SourceSettings[] => [sourceSettings('west', { ...labelled(`test=t${count}`), ...more })];

const reasonsOf = (run: RunningMirror): string[] => run.mirror.status().problems.map(({ reason }) => reason);

describe('namespaces of a target', () => {
  it('SR-2: one that is missing is made and marked; one that stands is left as it is', async () => {
    await putService(remote, { name: 'web', namespace: shop, labels: mine });
    await ensureNamespace(local, `${shop}-own`);
    const before = await local.get(resources.namespaces, `${shop}-own`);
    await putService(remote, { name: 'web', namespace: `${shop}-own`, labels: mine });
    const run = await set.run(here, { servers: { west }, sources: source(), preset: 'reflector' });
    await appears(local, resources.services, 'web', `${shop}-own`);
    const { metadata } = await appears(local, resources.namespaces, shop);
    expect(metadata).toMatchObject({ labels: { [OWNER]: `mirror-${run.settings().name}` }, annotations: { [REFLECTED]: 'true' } });
    expect(await local.get(resources.namespaces, `${shop}-own`)).toEqual(before);
  });

  it('CC-8: with `skip` the mirror waits for it in silence, with `fail` it says so; either comes with the namespace', async () => {
    await putService(remote, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    const run = await set.run(here, { servers: { west }, sources: source({ namespacePolicy: 'skip' }) });
    await eventually(() => expect(run.mirror.status().sources).toMatchObject([{ selected: 1, pending: 0 }]));
    expect(reasonsOf(run)).toEqual([]);
    run.update({ sources: source({ namespacePolicy: 'fail' }) });
    await eventually(() => expect(reasonsOf(run)).toEqual(['NamespaceMissing']));
    expect(await local.find(resources.namespaces, shop)).toBeUndefined();
    await ensureNamespace(local, shop);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
    expect(reasonsOf(run)).toEqual([]);
  });

  it('one of the system, one on the deny list and those of mcs are not written to; what stands there of an earlier configuration goes', async () => {
    await putService(remote, { name: 'web', namespace: shop, labels: mine });
    for (const namespace of ['kube-system', MIRROR_NAMESPACE]) await putService(remote, { name: `web-${count}`, namespace, labels: mine });
    const run = await set.run(here, { servers: { west }, sources: source() });
    await appears(local, resources.services, 'web', shop);
    await eventually(() => expect(reasonsOf(run)).toEqual(['NamespaceRefused', 'NamespaceRefused']));
    run.update({ denyNamespaces: [shop], targetNamespaces: ['*', 'kube-system'] });
    await appears(local, resources.services, `web-${count}`, 'kube-system');
    await disappears(local, resources.services, 'web', shop);
    await eventually(() => expect(reasonsOf(run)).toHaveLength(2));
  });

  it('SR-11: one that the mirror made goes with its last mirror, unless anybody put anything there', async () => {
    for (const namespace of [shop, `${shop}-used`]) await putService(remote, { name: 'web', namespace, labels: mine, addresses: ['10.1.0.5'] });
    await ensureNamespace(local, `${shop}-own`);
    await putService(remote, { name: 'web', namespace: `${shop}-own`, labels: mine });
    const run = await set.run(here, { servers: { west }, sources: source(), removeNamespaces: true });
    for (const namespace of [shop, `${shop}-used`, `${shop}-own`]) await appears(local, resources.services, 'web', namespace);
    await local.create(resources.configMaps, { metadata: { name: 'precious', namespace: `${shop}-used` }, data: { a: 'b' } });
    for (const namespace of [shop, `${shop}-used`, `${shop}-own`]) await remote.delete(resources.services, 'web', namespace);
    await disappears(local, resources.namespaces, shop);
    for (const namespace of [`${shop}-used`, `${shop}-own`]) await disappears(local, resources.services, 'web', namespace);
    await eventually(() => run.target.writes.includes(`delete namespaces ${shop}`) && run.mirror.status().sources[0]?.pending === 0);
    expect((await local.get(resources.configMaps, 'precious', `${shop}-used`)).data).toEqual({ a: 'b' });
    for (const namespace of [`${shop}-used`, `${shop}-own`]) expect((await local.get(resources.namespaces, namespace)).metadata.deletionTimestamp).toBeUndefined();
  });

  it('stays where its content may not be listed, and the status says which right is missing', async () => {
    await putService(remote, { name: 'web', namespace: shop, labels: mine });
    const run = await set.run(here, { servers: { west }, sources: source(), removeNamespaces: true });
    await appears(local, resources.services, 'web', shop);
    here.faults.fail({ userAgent: MIRROR_AGENT, verb: 'list', resource: 'secrets' }, { code: 403 });
    await remote.delete(resources.services, 'web', shop);
    await eventually(() => expect(run.mirror.status().problems).toEqual([expect.objectContaining({ reason: 'Refused', target: shop })]));
    expect(run.mirror.status().problems[0]?.message).toMatch(/so it stays: a right is missing: /);
    expect((await local.get(resources.namespaces, shop)).metadata.deletionTimestamp).toBeUndefined();
  });

  it('while one is being deleted the mirror waits; it comes back with the namespace', async () => {
    await ensureNamespace(local, shop);
    await putService(remote, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    const run = await set.run(here, { servers: { west }, sources: source({ namespacePolicy: 'skip' }) });
    await appears(local, resources.services, 'web', shop);
    await local.create(resources.configMaps, { metadata: { name: 'slow', namespace: shop, finalizers: ['test/hold'] } });
    await local.delete(resources.namespaces, shop);
    await disappears(local, resources.services, 'web', shop);
    await eventually(() => expect(reasonsOf(run)).toEqual(['NamespaceTerminating']));
    await local.patch(resources.configMaps, 'slow', shop, MERGE, { metadata: { finalizers: null } });
    await disappears(local, resources.namespaces, shop);
    await eventually(() => expect(reasonsOf(run)).toEqual([]));
    await ensureNamespace(local, shop);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
  });
});
