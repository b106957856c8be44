import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ORIGIN_CLUSTER } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { mirrorOwner, type SourceSettings } from '../../src/mirror/settings.ts';
import { ownershipLabels } from '../../src/sync/ownership.ts';
import type { SourceStatus } from '../../src/mirror/status.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { addressesOf, appears, disappears, ensureNamespace, labelled, MIRROR_AGENT, type MirrorSet, putService, type RunningMirror, setAddresses, sourceSettings, startMirrorSet } from '../helpers/mirror-set.ts';
import { type Answer, type OddSource, startOddSource } from '../helpers/odd-source.ts';

let set: MirrorSet;
let west: TestApiServer;
let east: TestApiServer;
let here: TestApiServer;
let remote: KubeClient;
let local: KubeClient;
let odd: OddSource;
let count = 0;
let shop: string;
let mine: Record<string, string>;

const MERGE = 'application/merge-patch+json';
const WATCHES = { userAgent: MIRROR_AGENT, verb: 'watch' };

beforeAll(async () => {
  set = await startMirrorSet(3);
  [west, east, here] = set.servers as [TestApiServer, TestApiServer, TestApiServer];
  [remote, local] = [west.client(), here.client()];
  odd = await startOddSource(() => undefined);
});

afterAll(async () => {
  await set.stop();
  await odd.stop();
});

beforeEach(() => {
  count += 1;
  shop = `shop-${count}`;
  mine = { test: `t${count}` };
});

afterEach(async () => {
  await set.stopMirrors();
  for (const { faults } of set.servers) faults.heal();
});

const source = (name: string, more: Partial<SourceSettings> = {}): SourceSettings => sourceSettings(name, { ...labelled(`test=t${count}`), ...more });

const runHere = (...names: ('west' | 'east')[]): Promise<RunningMirror> => set.run(here, { servers: { west, east }, sources: names.map((name) => source(name)) });

const statusOf = (run: RunningMirror, name = 'west'): SourceStatus => run.mirror.status().sources.find((each) => each.name === name) as SourceStatus;

const put = (name: string, addresses: readonly string[] = ['10.1.0.5'], client = remote): Promise<unknown> => putService(client, { name, namespace: shop, labels: mine, addresses });

async function isMirrored(name = 'web', addresses: readonly string[] = ['10.1.0.5']): Promise<void> {
  await eventually(async () => expect(await addressesOf(local, name, shop)).toEqual(addresses));
}

describe('a source that is away', () => {
  it('CC-14: keeps its mirrors, is stale meanwhile, and is caught up with soon after', async () => {
    await put('web');
    await put('gone', ['10.1.0.6']);
    const run = await runHere('west');
    await isMirrored();
    await isMirrored('gone', ['10.1.0.6']);
    run.source('west').cut();
    await eventually(() => statusOf(run).state === 'stale');
    expect(statusOf(run).message).toMatch(/the link is cut/);
    await remote.delete(resources.services, 'gone', shop);
    await setAddresses(remote, 'web', shop, ['10.1.0.7']);
    await local.patch(resources.services, 'web', shop, MERGE, { metadata: { labels: { edited: 'yes' } } });
    expect(await addressesOf(local, 'gone', shop)).toEqual(['10.1.0.6']);
    run.source('west').mend();
    await isMirrored('web', ['10.1.0.7']);
    await disappears(local, resources.services, 'gone', shop);
    await eventually(() => expect(statusOf(run)).toMatchObject({ state: 'synced', message: '' }));
    expect(await run.registry.metrics()).toMatch(/mcs_mirror_source_errors_total\{source="west"\} [1-9]/);
    expect(run.errors.map(({ about }) => about)).toEqual([{ source: 'west' }]);
  });

  it('CC-14: after a restart of the mirror, too, nothing of it is deleted or given to another source', async () => {
    await put('web');
    await put('web', ['10.2.0.5'], east.client());
    const first = await runHere('west');
    await isMirrored();
    await set.stopMirrors();
    west.faults.partition({ userAgent: MIRROR_AGENT });
    const second = await set.run(here, { servers: { west, east }, sources: [source('west'), source('east')], name: first.settings().name });
    await eventually(() => expect(second.mirror.status().problems.map(({ reason }) => reason)).toEqual(['OtherSource']));
    expect(statusOf(second)).toMatchObject({ state: 'syncing', message: expect.stringContaining('Cannot') as unknown });
    expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']);
    west.faults.heal();
    await remote.delete(resources.services, 'web', shop);
    await isMirrored('web', ['10.2.0.5']);
  });

  it('one that flaps loses nothing', async () => {
    await put('web', ['10.1.0.1']);
    const run = await runHere('west');
    await isMirrored('web', ['10.1.0.1']);
    for (let round = 2; round < 8; round += 1) {
      run.source('west').cut();
      await setAddresses(remote, 'web', shop, [`10.1.0.${round}`]);
      if (round % 2 === 0) await eventually(() => statusOf(run).state === 'stale');
      run.source('west').mend();
      if (round % 3 === 0) await isMirrored('web', [`10.1.0.${round}`]);
    }
    await isMirrored('web', ['10.1.0.7']);
    expect(run.target.writes.filter((write) => write.startsWith('delete'))).toEqual([]);
  });

  it('SR-12, CC-17: deletions that no watch told are found', async () => {
    await put('web');
    await put('gone', ['10.1.0.6']);
    await runHere('west');
    await isMirrored('gone', ['10.1.0.6']);
    west.faults.fail(WATCHES, { code: 503 });
    west.faults.dropWatches(WATCHES);
    await remote.delete(resources.services, 'gone', shop);
    west.faults.expireResourceVersions();
    west.faults.heal();
    await disappears(local, resources.services, 'gone', shop);
    await isMirrored();
  });

  it.each([[401, /does not accept the credential/], [403, /Cannot list|Cannot read/], [500, /Cannot read/]])('one that answers %d is tried again until it lets the mirror in', async (code, message) => {
    await put('web');
    west.faults.fail({ userAgent: MIRROR_AGENT }, { code });
    const run = await runHere('west');
    await eventually(() => expect(statusOf(run).message).toMatch(message));
    expect(statusOf(run)).toMatchObject({ state: 'syncing', mirrored: 0 });
    west.faults.heal();
    await isMirrored();
  });
});

describe('a source that is removed', () => {
  it('SR-13: loses its mirrors, at once or by a restart; others are not connected anew', async () => {
    await put('web');
    await put('other', ['10.2.0.5'], east.client());
    const run = await runHere('west', 'east');
    await isMirrored();
    await isMirrored('other', ['10.2.0.5']);
    const link = run.source('east');
    run.update({ sources: [source('east')] });
    await disappears(local, resources.services, 'web', shop);
    await isMirrored('web', []);
    expect(run.source('east')).toBe(link);
    await set.stopMirrors();
    await set.run(here, { servers: { west }, sources: [source('west')], name: run.settings().name });
    await disappears(local, resources.services, 'other', shop);
    await isMirrored();
  });

  it('one that is only renamed hands its mirrors over in place', async () => {
    await put('web');
    const run = await set.run(here, { servers: { west, renamed: west }, sources: [source('west')] });
    await isMirrored();
    const { metadata } = await local.get(resources.services, 'web', shop);
    run.update({ sources: [source('renamed')] });
    const after = await appears(local, resources.services, 'web', shop, (service) => service.metadata.labels?.[ORIGIN_CLUSTER] === 'renamed');
    expect(after.metadata.uid).toBe(metadata.uid);
    await isMirrored();
  });

  it('settings that cannot be used change nothing but the status', async () => {
    await put('web');
    const run = await runHere('west');
    await isMirrored();
    run.mirror.refuse(new Error('Cannot read the configuration: sources[0].name is missing'));
    expect(run.mirror.status().settingsError).toMatch(/sources\[0\]/);
    run.mirror.update({ ...run.settings(), preset: 'reflector' });
    expect(run.mirror.status().settingsError).toMatch(/preset/);
    run.update({});
    expect(run.mirror.status().settingsError).toBe('');
    expect(run.target.writes.filter((write) => write.startsWith('delete'))).toEqual([]);
  });
});

describe('orphans', () => {
  it('CC-13, CC-15: exactly what has no origin any more goes, endpoints of a missing Service too', async () => {
    await ensureNamespace(local, shop);
    for (const name of ['live-1', 'live-2']) await put(name);
    const name = `orphans-${count}`;
    const labels = ownershipLabels({ owner: mirrorOwner(name), originCluster: 'west', originUid: 'gone' });
    await local.create(resources.services, { metadata: { name: 'aaa-orphan', namespace: shop, labels }, spec: { ports: [{ port: 80, protocol: 'TCP' }] } });
    await local.create(resources.endpointSlices, { metadata: { name: 'left.west', namespace: shop, labels: { ...labels, 'kubernetes.io/service-name': 'left' } }, addressType: 'IPv4', ports: [], endpoints: [] });
    const run = await set.run(here, { servers: { west }, sources: [source('west')], name, sweepSeconds: 0.1 });
    await isMirrored('live-2');
    await disappears(local, resources.services, 'aaa-orphan', shop);
    await disappears(local, resources.endpointSlices, 'left.west', shop);
    expect(run.target.writes.filter((write) => write.startsWith('delete')).toSorted()).toEqual(['delete endpointslices left.west', 'delete services aaa-orphan']);
  });
});

describe('a target that refuses', () => {
  it('CC-9: one Service holds up no other one, is reported, and is tried again', async () => {
    await ensureNamespace(local, `${shop}-bad`);
    await putService(remote, { name: 'aaa', namespace: `${shop}-bad`, labels: mine });
    await put('web');
    const lift = here.faults.fail({ userAgent: MIRROR_AGENT, verb: 'create', resource: 'services', namespace: `${shop}-bad` }, { code: 422 });
    const run = await runHere('west');
    await isMirrored();
    await eventually(() => expect(run.mirror.status().problems).toMatchObject([{ reason: 'Refused', source: 'west', service: `${shop}-bad/aaa` }]));
    await eventually(async () => expect((await local.list(resources.events, {})).items.filter(({ reason, involvedObject }) => reason === 'Refused' && involvedObject?.name === `${shop}-bad`)).toHaveLength(1));
    expect(run.errors).toMatchObject([{ about: { target: `${shop}-bad/aaa` } }]);
    lift();
    await appears(local, resources.services, 'aaa', `${shop}-bad`);
    await eventually(() => expect(run.mirror.status().problemCount).toBe(0));
  });
});

describe('the target itself as a source', () => {
  it.each([
    ['by the uid of kube-system', () => undefined],
    ['by the uid of a Service, where kube-system may not be read', () => here.faults.fail({ userAgent: MIRROR_AGENT, verb: 'get', resource: 'namespaces' }, { code: 403 })],
  ])('is found out %s, and refused', async (_how, prepare) => {
    prepare();
    await put('web', ['10.3.0.5'], local);
    const mapping = { namespace: '{namespace}', name: 'copy-of-{name}' };
    const run = await set.run(here, { servers: { itself: here }, sources: [source('itself', { mapping })] });
    await eventually(() => expect(statusOf(run, 'itself')).toMatchObject({ state: 'refused', message: expect.stringMatching(/the target cluster itself/) as unknown }));
    expect(await local.find(resources.services, 'copy-of-web', shop)).toBeUndefined();
    expect(run.mirror.readiness()).toMatchObject({ isMet: true, detail: expect.stringContaining('itself is refused') as unknown });
  });
});

const notFound = { status: 404, type: 'text/plain', body: '404 page not found' };
const json = (body: unknown): { body: string } => ({ body: JSON.stringify(body) });

/** The emitter of service-reflector: no discovery.k8s.io, no versions of lists, watches without events. */
function oldEmitter(services: readonly object[], endpoints: readonly object[]): Answer {
  return (path, query) => {
    if (path !== '/api/v1/services' && path !== '/api/v1/endpoints') return notFound;
    if (query.has('watch')) return undefined;
    const items = path.endsWith('services') ? services : endpoints;
    return json({ kind: path.endsWith('services') ? 'ServiceList' : 'EndpointsList', apiVersion: 'v1', metadata: {}, items });
  };
}

describe('odd sources', () => {
  const web = (): object => ({ metadata: { name: 'web', namespace: shop, uid: 'u1', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { type: 'ClusterIP', clusterIP: '10.9.0.1', ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }] } });
  const subsets = [{ addresses: [{ ip: '10.9.0.5', hostname: 'a' }], notReadyAddresses: [{ ip: '10.9.0.6' }], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }];
  const endpoints = (): object => ({ metadata: { name: 'web', namespace: shop, uid: 'u2', resourceVersion: '6' }, subsets });

  it('the emitter of service-reflector is read by its Endpoints, and not watched, for it tells no events', async () => {
    odd.answer = oldEmitter([web()], [endpoints()]);
    odd.requests.length = 0;
    const run = await set.run(here, { servers: { odd } });
    await isMirrored('web', ['10.9.0.5', '10.9.0.6']);
    await eventually(() => expect(statusOf(run, 'odd')).toMatchObject({ state: 'synced', message: '', mirrored: 1, server: odd.url }));
    expect(odd.requests.filter((path) => path.endsWith('?watch'))).toEqual([]);
  });

  it('one without ServiceExports has nothing where they decide, and says so', async () => {
    odd.answer = oldEmitter([web()], [endpoints()]);
    const run = await set.run(here, { servers: { odd }, sources: [sourceSettings('odd', { selection: { labelSelector: '', exportedOnly: true } })] });
    await eventually(() => expect(statusOf(run, 'odd')).toMatchObject({ state: 'synced', selected: 0, message: expect.stringMatching(/no ServiceExports/) as unknown }));
  });

  const list = { kind: 'ServiceList', apiVersion: 'v1', metadata: { resourceVersion: '7' } };
  it.each([
    ['a page of a web server', () => ({ type: 'text/html', body: '<html>log in</html>' }), /no API server/],
    ['half of an answer', () => ({ body: '{"kind":"ServiceList","metadata":{},"items":[{"meta' }), /Cannot read the answer/],
    ['an empty object', () => json({}), /no list/],
    ['a list of something else', () => json({ ...list, kind: 'PodList', items: [] }), /PodList/],
    ['items without metadata', () => json({ ...list, items: [{ spec: {} }] }), /item 0 has no name/],
    ['null', () => json(null), /no API server/],
  ] as const)('%s, later on, makes it stale with a message, and nothing is deleted', async (_what, answer, message) => {
    const old = oldEmitter([web()], [endpoints()]);
    const versioned: Answer = (path, query) => {
      const answered = old(path, query);
      return answered && { ...answered, body: answered.body.replace('"metadata":{}', '"metadata":{"resourceVersion":"7"}') };
    };
    odd.answer = versioned;
    const run = await set.run(here, { servers: { odd } });
    await isMirrored('web', ['10.9.0.5', '10.9.0.6']);
    const gone = { status: 410, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired' }) };
    odd.answer = (_path, query) => (query.has('watch') ? gone : answer());
    odd.cut();
    await eventually(() => expect(statusOf(run, 'odd')).toMatchObject({ state: 'stale', message: expect.stringMatching(message) as unknown }));
    expect(await addressesOf(local, 'web', shop)).toEqual(['10.9.0.5', '10.9.0.6']);
    odd.answer = versioned;
    await eventually(() => statusOf(run, 'odd').state === 'synced');
  });

  it('objects that make no sense are left out, and the others mirrored', async () => {
    const nonsense = [{ metadata: { name: 'x' } }, { metadata: { name: 'y', namespace: shop, labels: 'no' } }, { metadata: { name: 'z', namespace: shop, uid: 'u9' }, spec: { ports: 'http' } }, { metadata: { name: 'UPPER', namespace: shop, uid: 'u8' }, spec: {} }];
    odd.answer = oldEmitter([...nonsense, web()], [{ metadata: { name: 'z', namespace: shop }, subsets: 'no' }, endpoints()]);
    const run = await set.run(here, { servers: { odd } });
    await isMirrored('web', ['10.9.0.5', '10.9.0.6']);
    await eventually(() => expect(run.mirror.status().problems.map(({ reason }) => reason).toSorted()).toEqual(['NameInvalid', 'SourceInvalid', 'SourceInvalid']));
    expect(await local.find(resources.services, 'y', shop)).toBeUndefined();
  });
});
