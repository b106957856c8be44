import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ORIGIN_CLUSTER, OWNER } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { SourceSettings } from '../../src/mirror/settings.ts';
import type { MirrorProblem } from '../../src/mirror/status.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { addressesOf, appears, disappears, ensureNamespace, labelled, type MirrorSet, putService, type RunningMirror, sourceSettings, startMirrorSet } from '../helpers/mirror-set.ts';

let set: MirrorSet;
let west: TestApiServer;
let east: TestApiServer;
let here: TestApiServer;
let inWest: KubeClient;
let inEast: KubeClient;
let local: KubeClient;
let count = 0;
let shop: string;
/** Labels of this test's Services, and the selection of them. */
let mine: Record<string, string>;
let selected: Pick<SourceSettings, 'selection'>;

const MERGE = 'application/merge-patch+json';

beforeAll(async () => {
  set = await startMirrorSet(3);
  [west, east, here] = set.servers as [TestApiServer, TestApiServer, TestApiServer];
  [inWest, inEast, local] = [west.client(), east.client(), here.client()];
});

afterAll(() => set.stop());

beforeEach(() => {
  count += 1;
  shop = `shop-${count}`;
  mine = { test: `t${count}` };
  selected = labelled(`test=t${count}`);
});

afterEach(() => set.stopMirrors());

const problemsOf = (run: RunningMirror): [MirrorProblem['reason'], string, string][] => run.mirror.status().problems.map(({ reason, source, target }) => [reason, source, target]);

const runHere = (...names: ('west' | 'east')[]): Promise<RunningMirror> => {
  const servers = { west, east };
  return set.run(here, { servers, sources: names.map((name) => sourceSettings(name, selected)) });
};

async function originOf(client: KubeClient, name: string): Promise<string | undefined> {
  return (await client.find(resources.services, name, shop))?.metadata.labels?.[ORIGIN_CLUSTER];
}

describe('objects of other people', () => {
  it('SR-14, CC-10: a Service that stands there is never taken over, gets no endpoints, and survives; once it goes, the mirror comes', async () => {
    await ensureNamespace(local, shop);
    const own = await local.create(resources.services, { metadata: { name: 'web', namespace: shop, labels: { app: 'mine' } }, spec: { selector: { app: 'mine' }, ports: [{ port: 8080, protocol: 'TCP' }] } });
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    const run = await runHere('west');
    await eventually(() => expect(problemsOf(run)).toEqual([['ForeignObject', 'west', `${shop}/web`]]));
    await inWest.patch(resources.services, 'web', shop, MERGE, { metadata: { labels: { changed: 'yes' } } });
    await eventually(async () => {
      const { items } = await local.list(resources.events, { namespace: shop });
      expect(items.map(({ reason, involvedObject }) => [reason, involvedObject?.name, involvedObject?.uid])).toEqual([['ForeignObject', 'web', own.metadata.uid]]);
    });
    await inWest.delete(resources.services, 'web', shop);
    await eventually(() => expect(problemsOf(run)).toEqual([]));
    expect((await local.get(resources.services, 'web', shop)).metadata).toEqual(own.metadata);
    expect(await addressesOf(local, 'web', shop)).toEqual([]);
    await inWest.create(resources.services, { metadata: { name: 'web', namespace: shop, labels: mine }, spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } });
    await eventually(() => expect(problemsOf(run)).toHaveLength(1));
    await local.delete(resources.services, 'web', shop);
    await appears(local, resources.services, 'web', shop, ({ metadata }) => metadata.labels?.[ORIGIN_CLUSTER] === 'west');
    await eventually(() => expect(problemsOf(run)).toEqual([]));
  });

  it('two mirrors on one target leave each other alone, and say so', async () => {
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    await putService(inEast, { name: 'web', namespace: shop, labels: mine, addresses: ['10.2.0.5'] });
    const first = await runHere('west');
    const { metadata } = await appears(local, resources.services, 'web', shop);
    const second = await runHere('east');
    await eventually(() => expect(problemsOf(second)).toEqual([['ForeignObject', 'east', `${shop}/web`]]));
    expect(problemsOf(first)).toEqual([]);
    expect((await local.get(resources.services, 'web', shop)).metadata).toMatchObject({ uid: metadata.uid, labels: { [OWNER]: `mirror-${first.settings().name}` } });
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
  });

  it('CC-12: two clusters that both export a name and mirror each other keep their originals', async () => {
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    await putService(local, { name: 'web', namespace: shop, labels: mine, addresses: ['10.3.0.5'] });
    const originals = await Promise.all([inWest, local].map((client) => client.get(resources.services, 'web', shop)));
    const there = await set.run(west, { servers: { here }, sources: [sourceSettings('here', selected)] });
    const back = await runHere('west');
    for (const run of [there, back]) await eventually(() => expect(problemsOf(run)).toMatchObject([['ForeignObject', expect.any(String), `${shop}/web`]]));
    expect(await Promise.all([inWest, local].map((client) => client.get(resources.services, 'web', shop)))).toEqual(originals);
    expect(await addressesOf(inWest, 'web', shop)).toEqual(['10.1.0.5']);
    expect(await addressesOf(local, 'web', shop)).toEqual(['10.3.0.5']);
  });
});

describe('several sources', () => {
  it('SR-15, SR-17, CC-16: of one name the first source has it, steadily; the next takes over when it ends, in place', async () => {
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    await putService(inEast, { name: 'web', namespace: shop, labels: mine, addresses: ['10.2.0.5'] });
    await putService(inEast, { name: 'other', namespace: shop, labels: mine, addresses: ['10.2.0.6'] });
    const run = await runHere('west', 'east');
    await eventually(() => expect(problemsOf(run)).toEqual([['OtherSource', 'east', `${shop}/web`]]));
    await eventually(async () => expect(await originOf(local, 'web')).toBe('west'));
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
    await appears(local, resources.services, 'other', shop);
    const before = await local.get(resources.services, 'web', shop);
    await inWest.delete(resources.services, 'web', shop);
    await eventually(async () => expect(await originOf(local, 'web')).toBe('east'));
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.2.0.5']));
    expect((await local.get(resources.services, 'web', shop)).spec.clusterIP).toBe(before.spec.clusterIP);
    expect(problemsOf(run)).toEqual([]);
  });

  it('SR-16: a source that loses its Service takes nothing of another one with it', async () => {
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    await putService(inEast, { name: 'web', namespace: shop, labels: mine, addresses: ['10.2.0.5'] });
    const run = await runHere('west', 'east');
    await eventually(() => expect(problemsOf(run)).toHaveLength(1));
    const { metadata } = await appears(local, resources.services, 'web', shop);
    await inEast.delete(resources.services, 'web', shop);
    await eventually(() => expect(problemsOf(run)).toEqual([]));
    expect((await local.get(resources.services, 'web', shop)).metadata.uid).toBe(metadata.uid);
  });

  it('two Services of one source that map to one name: the older has it, and the other is reported', async () => {
    await putService(inWest, { name: 'web', namespace: `${shop}-a`, labels: mine, addresses: ['10.1.0.5'] });
    await putService(inWest, { name: 'web', namespace: `${shop}-b`, labels: mine, addresses: ['10.1.0.6'] });
    await putService(inWest, { name: 'a'.repeat(60), namespace: `${shop}-b`, labels: mine });
    const mapping = { namespace: shop, name: '{name}-{source}' };
    const run = await set.run(here, { servers: { west }, sources: [sourceSettings('west', { ...selected, mapping })] });
    await eventually(async () => expect(await addressesOf(local, 'web-west', shop)).toEqual(['10.1.0.5']));
    await eventually(() => expect(problemsOf(run)).toEqual([['NameInvalid', 'west', ''], ['NameCollision', 'west', `${shop}/web-west`]]));
    await inWest.delete(resources.services, 'web', `${shop}-a`);
    await eventually(async () => expect(await addressesOf(local, 'web-west', shop)).toEqual(['10.1.0.6']));
  });
});

describe('chains of mirrors', () => {
  it('SR-18, CC-11: a mirror is never a source, for the next cluster or for its own', async () => {
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    await set.run(east, { servers: { west }, sources: [sourceSettings('west', selected)] });
    await appears(inEast, resources.services, 'web', shop);
    await putService(inEast, { name: 'own', namespace: shop, labels: mine });
    const next = await set.run(here, { servers: { east }, sources: [sourceSettings('east', selected)] });
    const back = await set.run(west, { servers: { east }, sources: [sourceSettings('east', selected)] });
    await appears(local, resources.services, 'own', shop);
    await appears(inWest, resources.services, 'own', shop);
    expect(await local.find(resources.services, 'web', shop)).toBeUndefined();
    for (const run of [next, back]) expect(run.mirror.status()).toMatchObject({ problems: [], objects: { services: 1 } });
  });

  it('SR-19: a Service that is deleted while a mirror was away stays deleted on both sides', async () => {
    await putService(inWest, { name: 'web', namespace: shop, labels: mine, addresses: ['10.1.0.5'] });
    const toEast = await set.run(east, { servers: { west }, sources: [sourceSettings('west', selected)] });
    await appears(inEast, resources.services, 'web', shop);
    await set.stopMirrors();
    await inWest.delete(resources.services, 'web', shop);
    const toWest = await set.run(west, { servers: { east }, sources: [sourceSettings('east', selected)] });
    await eventually(() => toWest.mirror.status().sources[0]?.state === 'synced');
    await set.run(east, { servers: { west }, sources: [sourceSettings('west', selected)], name: toEast.settings().name });
    await disappears(inEast, resources.services, 'web', shop);
    expect(await inWest.find(resources.services, 'web', shop)).toBeUndefined();
  });
});
