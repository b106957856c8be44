import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { type Answered, ask, type AskOptions, openWatch, putService, startTestEmitter, type TestEmitter } from '../helpers/emitter.ts';
import { eventually } from '../helpers/eventually.ts';

let server: TestApiServer;
let emitter: TestEmitter;

const get = (path: string, options?: AskOptions): ReturnType<typeof ask> => ask(`${emitter.url}${path}`, options);
const namesIn = ({ items }: Pick<Answered, 'items'>): string[] => items.map(({ metadata }) => metadata.name);
const LABELLED = encodeURIComponent('app in (web,db),tier!=back');

beforeAll(async () => {
  server = await startTestApiServer();
  for (const name of ['shop', 'other', 'long']) server.store.create(resources.namespaces, { metadata: { name } });
  putService(server, { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { team: 'a', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } });
  putService(server, { name: 'db', namespace: 'shop', labels: { app: 'db', tier: 'back' }, spec: { clusterIP: 'None' } });
  putService(server, { name: 'api', namespace: 'other', labels: { app: 'api' }, spec: { type: 'NodePort' } });
  putService(server, { name: 'copy', namespace: 'other', annotations: { 'service-reflector.squat.ai/reflected': 'true' } });
  putService(server, { name: 'follower', namespace: 'other', labels: { 'fair.com/cross-cluster': 'follower' } });
  server.store.create(resources.serviceExports, { metadata: { name: 'web', namespace: 'shop' } });
  emitter = await startTestEmitter(server);
});

afterAll(async () => {
  await emitter.stop();
  await server.stop();
});

describe('lists of the emitter', () => {
  it.each([
    ['/api/v1/services', ['api', 'db', 'web']],
    ['/api/v1/namespaces/shop/services', ['db', 'web']],
    ['/api/v1/namespaces/nowhere/services', []],
    ['/api/v1/endpoints', ['api', 'db', 'web']],
    ['/api/v1/namespaces/shop/endpoints', ['db', 'web']],
    ['/apis/discovery.k8s.io/v1/endpointslices', ['api-abc12', 'db-abc12', 'web-abc12']],
    ['/apis/multicluster.x-k8s.io/v1beta1/serviceexports', ['web']],
    ['/apis/multicluster.x-k8s.io/v1alpha1/namespaces/shop/serviceexports', ['web']],
    ['/api/v1/namespaces', ['kube-system']],
    [`/api/v1/services?labelSelector=${LABELLED}`, ['web']],
    ['/api/v1/endpoints?labelSelector=app%3Dapi', ['api']],
    ['/api/v1/services?fieldSelector=metadata.name%3Dweb', ['web']],
    ['/api/v1/services?fieldSelector=metadata.namespace%21%3Dshop', ['api']],
    ['/api/v1/services?resourceVersion=0', ['api', 'db', 'web']],
    ['/api/v1/services?resourceVersion=9', ['api', 'db', 'web']],
  ])('GET %s has %j, and no copies of other systems', async (path, names) => {
    const { body, code } = await get(path);
    expect([code, namesIn(body).sort()]).toEqual([200, names]);
    expect(body.metadata.resourceVersion).toMatch(/^\d{15}$/);
  });

  it('come in pages', async () => {
    const first = (await get('/api/v1/services?limit=2')).body;
    const second = (await get(`/api/v1/services?limit=2&continue=${first.metadata.continue ?? ''}`)).body;
    expect([namesIn(first), first.metadata.remainingItemCount, namesIn(second)]).toEqual([['api', 'db'], 1, ['web']]);
  });

  it.each([
    ['/api/v1/services?labelSelector=a%20b%20c', 'unable to parse requirement'],
    ['/api/v1/services?fieldSelector=spec.type%3DClusterIP', 'field label not supported: spec.type'],
    ['/api/v1/services?continue=xyz', 'continue key is not valid'],
    ['/api/v1/services?limit=0.5', 'limit: Invalid value: "0.5"'],
  ])('GET %s is refused with 400', async (path, message) => {
    expect((await get(path)).body).toMatchObject({ kind: 'Status', code: 400, message: expect.stringContaining(message) });
  });

  it('hold what mirrors need, and no more', async () => {
    const { body } = await get('/api/v1/namespaces/shop/services');
    const web = body.items.find(({ metadata }) => metadata.name === 'web');
    expect(web?.spec).toEqual({ type: 'ClusterIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], sessionAffinity: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster' });
    expect(web).not.toHaveProperty('status');
    expect(Object.keys(web?.metadata ?? {}).sort()).toEqual(['annotations', 'creationTimestamp', 'labels', 'name', 'namespace', 'resourceVersion', 'uid']);
    expect([web?.metadata.annotations, web?.metadata.uid]).toEqual([{ team: 'a' }, server.store.get(resources.services, { name: 'web', namespace: 'shop' }).metadata.uid]);
    expect((await get('/api/v1/namespaces/shop/services/db')).body.spec.clusterIP).toBe('None');
    expect((await get('/api/v1/namespaces/other/services/api')).body.spec.ports[0]).not.toHaveProperty('nodePort');
    const slice = (await get('/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/web-abc12')).body;
    expect(slice.endpoints).toEqual([{ addresses: ['10.244.0.5'], conditions: { ready: true, serving: true, terminating: false }, hostname: 'web-0', zone: 'a' }]);
    expect(slice.metadata).not.toHaveProperty('annotations');
    expect((await get('/api/v1/namespaces/shop/endpoints/web')).body.subsets).toEqual([{ addresses: [{ ip: '10.244.0.5', hostname: 'web-0' }], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }]);
  });
});

describe('paths of the emitter', () => {
  it.each([
    ['/', { paths: expect.arrayContaining(['/api', '/api/v1', '/apis/discovery.k8s.io/v1', '/metrics', '/version']) }],
    ['/api', { versions: ['v1'] }],
    ['/apis', { groups: [expect.objectContaining({ name: 'discovery.k8s.io' }), expect.objectContaining({ name: 'multicluster.x-k8s.io', preferredVersion: expect.objectContaining({ version: 'v1beta1' }) as unknown })] }],
    ['/version', { major: '1', minor: '0', gitVersion: 'v1.0.0+mcs.1.2.3' }],
    ['/openapi/v3', { paths: expect.objectContaining({ 'api/v1': expect.anything() as unknown }) }],
    ['/api/v1/namespaces/kube-system', { kind: 'Namespace', metadata: { name: 'kube-system' } }],
    ['/api/v1/namespaces/shop/services/web', { kind: 'Service', apiVersion: 'v1', metadata: { name: 'web' } }],
  ])('GET %s', async (path, expected) => {
    const { body, code } = await get(path);
    expect(code).toBe(200);
    expect(body).toMatchObject(expected);
  });

  it('tells that everything is for reading', async () => {
    const { resources: core } = (await get('/api/v1')).body;
    expect(core.map(({ name, verbs }) => [name, verbs.join()])).toEqual([['namespaces', 'get,list,watch'], ['services', 'get,list,watch'], ['endpoints', 'get,list,watch']]);
    expect(Object.keys((await get('/openapi/v3/api/v1')).body.paths['/api/v1/namespaces/{namespace}/services'] ?? {})).toEqual(['parameters', 'get']);
  });

  it.each(['/healthz', '/healthz/ping', '/healthz/log', '/livez', '/readyz'])('GET %s is ok', async (path) => {
    expect(await get(path)).toMatchObject({ code: 200, text: 'ok' });
  });

  it('GET /metrics counts watches, objects and events', async () => {
    const watch = await openWatch(`${emitter.url}/api/v1/services?watch=true`);
    await eventually(() => expect(watch.events).toHaveLength(3));
    const { text } = await get('/metrics');
    for (const line of ['mcs_emitter_watches{resource="services"} 1', 'mcs_emitter_objects{resource="endpointslices"} 3', 'mcs_emitter_objects{resource="serviceexports"} 1']) expect(text).toContain(line);
    expect(text).toMatch(/mcs_emitter_events_total\{resource="services"\} [1-9]/);
    watch.close();
  });

  it.each(['/debug/pprof/', '/api/v1/pods', '/api/v1/namespaces/shop/services/gone', '/api/v1/namespaces/shop/services/web/status', '/apis/apps/v1/deployments', '/swagger.json', '/healthz/etcd', '/api/v1/namespaces/default'])('GET %s is 404', async (path) => {
    expect((await get(path)).code).toBe(404);
  });

  it.each([
    ['POST', '/api/v1/namespaces/shop/services', 405],
    ['PUT', '/api/v1/namespaces/shop/services', 405],
    ['PATCH', '/api/v1/services', 405],
    ['DELETE', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', 405],
    ['PUT', '/api/v1/namespaces/shop/services/web', 404],
    ['PATCH', '/api/v1/namespaces/shop/services/web', 404],
    ['DELETE', '/api/v1/namespaces/shop/services/web', 404],
    ['DELETE', '/api/v1/namespaces/kube-system', 404],
    ['POST', '/version', 405],
  ])('%s %s is %i', async (method, path, code) => {
    expect((await get(path, { method })).body).toMatchObject({ kind: 'Status', code, reason: code === 404 ? 'NotFound' : 'MethodNotAllowed' });
  });
});

describe('forms of the emitter', () => {
  it('are YAML on request', async () => {
    const { headers, text } = await get('/api/v1/namespaces/shop/services', { headers: { accept: 'application/yaml' } });
    expect([headers['content-type'], namesIn(parse(text) as Answered)]).toEqual(['application/yaml', ['db', 'web']]);
  });

  it('are YAML in flow style, which is JSON, where there is too much to write it anew', async () => {
    putService(server, { name: 'long', namespace: 'long', annotations: { text: 'x'.repeat(40_000) } });
    await eventually(async () => expect((await get('/api/v1/namespaces/long/services')).body.items).toHaveLength(1));
    const { headers, text } = await get('/api/v1/namespaces/long/services', { headers: { accept: 'application/yaml' } });
    expect([headers['content-type'], text.startsWith('{'), namesIn(parse(text) as Answered)]).toEqual(['application/yaml', true, ['long']]);
  });

  it('are Tables for people', async () => {
    const { body } = await get('/api/v1/namespaces/shop/services', { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expect([body.kind, body.rows.map(({ cells }) => cells.slice(0, 2))]).toEqual(['Table', [['db', 'ClusterIP'], ['web', 'ClusterIP']]]);
  });

  it.each([
    ['/api/v1/services', 'application/vnd.kubernetes.protobuf'],
    ['/api/v1/services', 'application/json;as=Other;v=v1;g=meta.k8s.io'],
    ['/api/v1/services?watch=true', 'application/yaml'],
  ])('of %s as %s there is none: 406', async (path, accept) => {
    expect((await get(path, { headers: { accept } })).body).toMatchObject({ kind: 'Status', code: 406, reason: 'NotAcceptable' });
  });
});

describe('limits of requests to the emitter', () => {
  it('are 16 KiB of request line and headers', async () => {
    expect((await get(`/api/v1/services?labelSelector=${'x'.repeat(20_000)}`)).code).toBe(431);
    expect((await get('/version', { headers: { 'x-long': 'x'.repeat(20_000) } })).code).toBe(431);
  });

  it('take a path with two slashes for a path', async () => {
    expect((await get('//evil/api/v1/services')).code).toBe(404);
  });
});
