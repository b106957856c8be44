import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { Endpoints, EndpointSlice, Service } from '../../src/api/types/index.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { ask, openWatch, type OpenWatch, putService, startTestEmitter, type TestEmitter } from '../helpers/emitter.ts';
import { eventually } from '../helpers/eventually.ts';

let server: TestApiServer;
let emitter: TestEmitter;
/** Each test has a namespace of its own, which is all that its emitter serves. */
let namespace = '';
let count = 0;

type Start = Parameters<typeof startTestEmitter>;

async function restartEmitter(settings: Start[1] = {}, options: Start[2] = {}): Promise<void> {
  await emitter.stop();
  emitter = await startTestEmitter(server, { namespaces: [namespace], ...settings }, options);
}

beforeAll(async () => {
  server = await startTestApiServer();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  namespace = `space-${(count += 1)}`;
  server.store.create(resources.namespaces, { metadata: { name: namespace } });
  putService(server, { name: 'web', namespace, labels: { app: 'web' } });
  emitter = await startTestEmitter(server, { namespaces: [namespace] });
});

afterEach(async () => {
  server.faults.heal();
  await emitter.stop();
});

const watch = (path: string): Promise<OpenWatch> => openWatch(`${emitter.url}${path}`);
const shown = ({ events }: OpenWatch): string[] => events.map(({ object, type }) => `${type} ${type === 'ERROR' ? object.code : object.metadata.name}`);
const sees = (watched: OpenWatch, expected: readonly string[]): Promise<unknown> => eventually(() => expect(shown(watched)).toEqual(expected));
const web = (): { name: string; namespace: string } => ({ name: 'web', namespace });
const slice = (): { name: string; namespace: string } => ({ name: 'web-abc12', namespace });
const versionOf = async (path: string): Promise<string> => (await ask(`${emitter.url}${path}`)).body.metadata.resourceVersion ?? '';

describe('a watch of the emitter', () => {
  it.each([
    ['/api/v1/services?watch=true', 'MODIFIED web', () => server.store.modify<Service>(resources.services, web(), (copy) => { copy.spec.ports = [{ port: 81 }]; }), 'DELETED web', () => server.store.delete(resources.services, web())],
    ['/api/v1/watch/services', 'MODIFIED web', () => server.store.modify<Service>(resources.services, web(), (copy) => { copy.metadata.labels = { app: 'other' }; }), 'DELETED web', () => server.store.delete(resources.services, web())],
    ['/api/v1/watch/namespaces/NAMESPACE/services/web', 'MODIFIED web', () => server.store.modify<Service>(resources.services, web(), (copy) => { copy.spec.sessionAffinity = 'ClientIP'; }), 'DELETED web', () => server.store.delete(resources.services, web())],
    ['/apis/discovery.k8s.io/v1/namespaces/NAMESPACE/endpointslices?watch=1', 'MODIFIED web-abc12', () => server.store.modify<EndpointSlice>(resources.endpointSlices, slice(), (copy) => { copy.endpoints = []; }), 'DELETED web-abc12', () => server.store.delete(resources.endpointSlices, slice())],
    ['/api/v1/endpoints?watch=true', 'MODIFIED web', () => server.store.modify<Endpoints>(resources.endpoints, web(), (copy) => { copy.subsets = []; }), 'DELETED web', () => server.store.delete(resources.endpoints, web())],
  ])('%s tells what stands, what changes and what goes', async (path, changed, change, gone, remove) => {
    const watched = await watch(path.replace('NAMESPACE', namespace));
    await eventually(() => expect(watched.events).toHaveLength(1));
    expect(watched.events[0]?.type).toBe('ADDED');
    change();
    await eventually(() => expect(shown(watched)[1]).toBe(changed));
    remove();
    await eventually(() => expect(shown(watched)[2]).toBe(gone));
    watched.close();
  });

  it('tells ServiceExports, created, deleted, and gone with their Service', async () => {
    const watched = await watch('/apis/multicluster.x-k8s.io/v1beta1/serviceexports?watch=true');
    server.store.create(resources.serviceExports, { metadata: web() });
    await sees(watched, ['ADDED web']);
    server.store.delete(resources.services, web());
    await sees(watched, ['ADDED web', 'DELETED web']);
    watched.close();
  });

  it('says nothing of changes that mirrors need not know', async () => {
    const watched = await watch('/api/v1/services?watch=true');
    server.store.modify<Service>(resources.services, web(), (copy) => { copy.spec.selector = { other: 'pods' }; });
    server.store.modify<Service>(resources.services, web(), (copy) => { copy.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }; });
    putService(server, { name: 'later', namespace });
    await sees(watched, ['ADDED web', 'ADDED later']);
    watched.close();
  });

  it('goes on after a version, with bookmarks, and ends after its timeoutSeconds', async () => {
    const resourceVersion = await versionOf('/api/v1/services');
    putService(server, { name: 'later', namespace });
    const watched = await watch(`/api/v1/services?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`);
    await eventually(() => expect(watched.ended()).toBe('end'));
    expect(watched.events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(watched.events[1]?.object.metadata.resourceVersion).toMatch(/^\d{15}$/);
  });

  it('stays open however long its timeoutSeconds is', async () => {
    const watched = await watch('/api/v1/services?watch=True&timeoutSeconds=99999999');
    await sees(watched, ['ADDED web']);
    await versionOf('/api/v1/services'); // a round trip: more than the 1 ms of a timer that is out of range
    putService(server, { name: 'later', namespace });
    await sees(watched, ['ADDED web', 'ADDED later']);
    expect(watched.ended()).toBeUndefined();
    watched.close();
  });

  it('of a version before a restart gets 410, and versions never come again', async () => {
    const before = await versionOf('/api/v1/services');
    await restartEmitter();
    const watched = await watch(`/api/v1/services?watch=true&resourceVersion=${before}`);
    await eventually(() => expect(watched.ended()).toBe('end'));
    expect(watched.events).toEqual([{ type: 'ERROR', object: expect.objectContaining({ kind: 'Status', code: 410, reason: 'Expired' }) as unknown }]);
    expect(Number(await versionOf('/api/v1/services'))).toBeGreaterThan(Number(before));
  });

  it('of a version ahead gets 410', async () => {
    const watched = await watch('/api/v1/services?watch=true&resourceVersion=999999999999999');
    await eventually(() => expect(shown(watched)).toEqual(['ERROR 410']));
  });

  it('ends beside another one, in any order, without harm (service-reflector crashed)', async () => {
    const watches = await Promise.all([1, 2, 3].map(() => watch('/api/v1/services?watch=true')));
    await Promise.all(watches.map((each) => sees(each, ['ADDED web'])));
    const [first, second, third] = watches;
    second?.close();
    first?.close();
    await eventually(async () => expect((await ask(`${emitter.url}/metrics`)).text).toContain('mcs_emitter_watches{resource="services"} 1'));
    putService(server, { name: 'later', namespace });
    await sees(third as OpenWatch, ['ADDED web', 'ADDED later']);
    third?.close();
    expect((await ask(`${emitter.url}/api/v1/services`)).code).toBe(200);
  });

  it('is refused with 429 where too many are open, until one ends', async () => {
    await restartEmitter({ maxWatches: 1 });
    const only = await watch('/api/v1/services?watch=true');
    await sees(only, ['ADDED web']);
    const refused = await ask(`${emitter.url}/api/v1/services?watch=true`);
    expect([refused.code, refused.headers['retry-after'], refused.body.reason]).toEqual([429, '10', 'TooManyRequests']);
    expect((await ask(`${emitter.url}/api/v1/services`)).code).toBe(200);
    only.close();
    await eventually(async () => {
      const next = await watch('/api/v1/services?watch=true');
      next.close();
      expect(next.response.statusCode).toBe(200);
    });
  });
});

describe('the selection of the emitter', () => {
  it('is followed: what leaves it is deleted with all that belongs to it, what enters it is added', async () => {
    await restartEmitter({ labelSelector: 'app in (web),!private' });
    const [services, slices] = await Promise.all([watch('/api/v1/services?watch=true'), watch('/apis/discovery.k8s.io/v1/endpointslices?watch=true')]);
    await sees(slices, ['ADDED web-abc12']);
    server.store.modify<Service>(resources.services, web(), (copy) => { copy.metadata.labels = { app: 'web', private: '' }; });
    await sees(slices, ['ADDED web-abc12', 'DELETED web-abc12']);
    server.store.modify<Service>(resources.services, web(), (copy) => { copy.metadata.labels = { app: 'web' }; });
    await sees(slices, ['ADDED web-abc12', 'DELETED web-abc12', 'ADDED web-abc12']);
    await sees(services, ['ADDED web', 'DELETED web', 'ADDED web']);
    services.close();
    slices.close();
  });

  it('may be the ServiceExports', async () => {
    putService(server, { name: 'db', namespace });
    server.store.create(resources.serviceExports, { metadata: web() });
    await restartEmitter({ exportedOnly: true });
    const watched = await watch('/api/v1/services?watch=true');
    await sees(watched, ['ADDED web']);
    server.store.create(resources.serviceExports, { metadata: { ...web(), name: 'db' } });
    server.store.delete(resources.serviceExports, web());
    await sees(watched, ['ADDED web', 'ADDED db', 'DELETED web']);
    watched.close();
  });

  it('may be namespaces', async () => {
    for (const name of ['shop', 'other']) {
      server.store.create(resources.namespaces, { metadata: { name } });
      putService(server, { name: `in-${name}`, namespace: name });
    }
    await restartEmitter({ namespaces: ['shop', namespace] });
    const { body } = await ask(`${emitter.url}/api/v1/services`);
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['in-shop', 'web']);
  });

  it('with full objects leaves out managedFields and the last applied configuration only', async () => {
    putService(server, { name: 'full', namespace, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'a' } });
    await restartEmitter({ full: true });
    const { body } = await ask(`${emitter.url}/api/v1/namespaces/${namespace}/services/full`);
    expect(body).toMatchObject({ metadata: { annotations: { team: 'a' } }, spec: { selector: { app: 'full' }, clusterIP: expect.stringMatching(/^10\.96\./) }, status: { loadBalancer: {} } });
    expect(Object.keys(body.metadata.annotations ?? {})).toEqual(['team']);
    expect((await ask(`${emitter.url}/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/full-abc12`)).body.endpoints[0]).toMatchObject({ nodeName: 'node-1', targetRef: { kind: 'Pod' } });
  });
});

describe('an emitter whose cluster does not answer', () => {
  it('says 503 with Retry-After before it has read it once, and is not ready', async () => {
    server.faults.fail({ resource: 'endpointslices', verb: 'list' }, { code: 500 });
    await restartEmitter({}, { isReady: false });
    const answer = await ask(`${emitter.url}/api/v1/services`);
    expect([answer.code, answer.headers['retry-after'], answer.body.reason]).toEqual([503, '1', 'ServiceUnavailable']);
    expect((await ask(`${emitter.url}/readyz`)).code).toBe(500);
    expect((await ask(`${emitter.url}/healthz`)).code).toBe(200);
    expect((await ask(`${emitter.url}/api/v1`)).code).toBe(200);
    server.faults.heal();
    await eventually(async () => expect((await ask(`${emitter.url}/api/v1/services`)).code).toBe(200));
  });

  it('goes on with what it knows once it has', async () => {
    const lift = server.faults.partition();
    await eventually(() => expect(emitter.emitter.readiness()).toEqual({ isMet: true, detail: 'serves what it knows; its cluster cannot be reached' }));
    expect((await ask(`${emitter.url}/api/v1/services`)).body.items).toHaveLength(1);
    lift();
  });
});

describe('a cluster that serves', () => {
  const serviceExports = (): Promise<number> => ask(`${emitter.url}/apis/multicluster.x-k8s.io/v1beta1/serviceexports`).then(({ body }) => body.items.length);
  const crd = { name: 'serviceexports.multicluster.x-k8s.io' };

  it('no ServiceExports is emitted all the same; one that serves v1alpha1 only, with its ServiceExports', async () => {
    const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...definition } = server.store.get(resources.customResourceDefinitions, crd);
    server.store.delete(resources.customResourceDefinitions, crd);
    await restartEmitter();
    expect([(await ask(`${emitter.url}/api/v1/services`)).body.items.length, await serviceExports()]).toEqual([1, 0]);
    const { spec } = definition as unknown as { spec: { versions: { name: string; storage: boolean }[] } };
    const versions = spec.versions.filter(({ name }) => name === 'v1alpha1').map((version) => ({ ...version, storage: true }));
    server.store.create(resources.customResourceDefinitions, { metadata: crd, spec: { ...spec, versions } });
    server.store.create({ ...resources.serviceExports, version: 'v1alpha1' }, { metadata: web() });
    await restartEmitter();
    await eventually(async () => expect(await serviceExports()).toBe(1));
  });
});
