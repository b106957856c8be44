import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { failureStatus } from '../../src/api/status.ts';
import type { ConfigMap } from '../../src/api/types/index.ts';
import { McsError } from '../../src/base/errors.ts';
import { directAccess } from '../../src/kube/access.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { eventually } from '../helpers/eventually.ts';
import { type FakeApi, faults, startFakeApi } from '../helpers/fake-api.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';
import { rejection } from '../helpers/thrown.ts';

const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const authority = createTestAuthority();

let api: FakeApi;
let client: KubeClient;

beforeEach(async () => {
  api = await startFakeApi({ authority });
  client = createKubeClient(api.access, { userAgent: 'mcs-test/1' });
});

afterEach(async () => {
  client.close();
  await api.close();
});

function configMap(name: string, data: Record<string, string> = {}): Omit<ConfigMap, 'apiVersion' | 'kind'> {
  return { metadata: { name, namespace: 'shop' }, data };
}

function putMany(count: number): void {
  for (let index = 0; index < count; index += 1) api.put(`${CONFIG_MAPS}/cm-${index}`, { metadata: { name: `cm-${index}`, namespace: 'shop', managedFields: [{}] } });
}

async function failure(promise: Promise<unknown>): Promise<McsError> {
  const error = await rejection(promise);
  expect(error).toBeInstanceOf(McsError);
  return error as McsError;
}

describe('reading', () => {
  it('get returns the object with its credential and user agent sent', async () => {
    api.put(`${CONFIG_MAPS}/a`, configMap('a', { k: 'v' }));
    const found = await client.get(resources.configMaps, 'a', 'shop');
    expect(found.data).toEqual({ k: 'v' });
    expect(api.requests[0]?.headers).toMatchObject({ authorization: 'Bearer good', 'user-agent': 'mcs-test/1', accept: 'application/json' });
  });

  it('find returns undefined for NotFound, where get throws ApiError 404', async () => {
    await expect(client.find(resources.configMaps, 'none', 'shop')).resolves.toBeUndefined();
    const error = (await rejection(client.get(resources.configMaps, 'none', 'shop'))) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect([error.code, error.reason]).toEqual([404, 'NotFound']);
  });

  it('list follows continue to the last page, names the kind of items and drops managedFields', async () => {
    putMany(7);
    const { items, metadata } = await client.list(resources.configMaps, { namespace: 'shop', pageSize: 3, labelSelector: '' });
    expect(items.map((item) => item.metadata.name)).toEqual(['cm-0', 'cm-1', 'cm-2', 'cm-3', 'cm-4', 'cm-5', 'cm-6']);
    expect(items.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')).toBe(true);
    expect(items.some(({ metadata: { managedFields } }) => managedFields !== undefined)).toBe(false);
    expect(metadata).toEqual({ resourceVersion: String(api.store.version) });
    expect(api.requests.map(({ query }) => query.get('limit'))).toEqual(['3', '3', '3']);
  });

  it('list starts again without pages when a continue token has expired', async () => {
    putMany(5);
    api.inject('list', (request, response) => {
      if (!request.query.has('continue')) return false;
      return faults.status(failureStatus('Expired', 'continue token expired'))(request, response);
    }, 2); // the first page passes
    const { items } = await client.list(resources.configMaps, { namespace: 'shop', pageSize: 2 });
    expect(items).toHaveLength(5);
    expect(api.requests.at(-1)?.query.has('limit')).toBe(false);
  });

  it('list sends selectors, and throws a 410 of the first page', async () => {
    api.inject('list', faults.status(failureStatus('Expired', 'gone')));
    const error = await rejection(client.list(resources.configMaps, { namespace: 'shop', labelSelector: 'a in (b,c)', fieldSelector: 'metadata.name=x', resourceVersion: '3' }));
    expect((error as ApiError).code).toBe(410);
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).toEqual({ labelSelector: 'a in (b,c)', fieldSelector: 'metadata.name=x', resourceVersion: '3', limit: '500' });
  });

  it('serverTime is what the head of the last answer said, if it said it', async () => {
    api.inject('get', faults.text(200, '{}', { date: 'Wed, 21 Oct 2015 07:28:00 GMT' }));
    await client.getPath('/version');
    expect(client.serverTime?.()).toBe(Date.parse('2015-10-21T07:28:00Z'));
    api.inject('get', faults.text(200, '{}', { date: 'soon' }));
    await client.getPath('/version');
    expect(client.serverTime?.()).toBeUndefined();
  });

  it('getPath gives JSON parsed and other text as it is', async () => {
    api.inject('get', faults.text(200, '{"gitVersion":"v1.34.0"}', { 'content-type': 'application/json' }));
    await expect(client.getPath('/version')).resolves.toEqual({ gitVersion: 'v1.34.0' });
    api.inject('get', faults.text(200, 'ok', { 'content-type': 'text/plain' }));
    await expect(client.getPath('/readyz')).resolves.toBe('ok');
  });
});

describe('writing', () => {
  it('create, update, patch and delete round-trip an object', async () => {
    const created = await client.create(resources.configMaps, configMap('a', { k: '1' }), { fieldManager: 'mcs-test' });
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { k: '1' } });
    const updated = await client.update(resources.configMaps, { ...created, data: { k: '2' } });
    expect(updated.data).toEqual({ k: '2' });
    const patched = await client.patch(resources.configMaps, 'a', 'shop', 'application/merge-patch+json', { data: { l: '3' } });
    expect(patched.data).toEqual({ k: '2', l: '3' });
    await client.delete(resources.configMaps, 'a', 'shop');
    await expect(client.find(resources.configMaps, 'a', 'shop')).resolves.toBeUndefined();
    expect(api.requests[0]?.query.get('fieldManager')).toBe('mcs-test');
    expect(api.requests[2]?.headers['content-type']).toBe('application/merge-patch+json');
  });

  it('apply sends manager, force, dry run and subresource, and never creates where a uid is set', async () => {
    api.put(`${CONFIG_MAPS}/a`, configMap('a'));
    api.inject('write', faults.text(200, '{}', { 'content-type': 'application/json' }));
    await client.apply(resources.configMaps, configMap('a'), { fieldManager: 'mcs-test', force: true, dryRun: true, subresource: 'status' });
    const [request] = api.requests;
    expect(request).toMatchObject({ method: 'PATCH', path: `${CONFIG_MAPS}/a/status` });
    expect(request?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(request?.query ?? [])).toEqual({ dryRun: 'All', fieldManager: 'mcs-test', force: 'true' });
    const error = await rejection(client.apply(resources.configMaps, { metadata: { name: 'b', namespace: 'shop', uid: 'u' } }, { fieldManager: 'mcs-test' }));
    expect((error as ApiError).code).toBe(409);
  });

  it('delete carries its preconditions and throws NotFound and Conflict', async () => {
    const standing = api.put(`${CONFIG_MAPS}/a`, configMap('a'));
    expect(((await rejection(client.delete(resources.configMaps, 'a', 'shop', { uid: 'another' }))) as ApiError).reason).toBe('Conflict');
    await client.delete(resources.configMaps, 'a', 'shop', { uid: standing.metadata.uid ?? '', resourceVersion: standing.metadata.resourceVersion ?? '', propagation: 'Foreground', dryRun: true });
    expect(api.requests[1]?.body).toMatchObject({ preconditions: { uid: standing.metadata.uid, resourceVersion: standing.metadata.resourceVersion }, propagationPolicy: 'Foreground', dryRun: ['All'] });
    expect(((await rejection(client.delete(resources.configMaps, 'a', 'shop'))) as ApiError).code).toBe(404);
  });

  it('createToken asks for a bound token and returns what was granted', async () => {
    api.inject('write', faults.text(201, JSON.stringify({ status: { token: 't', expirationTimestamp: '2026-01-01T00:00:00Z' } }), { 'content-type': 'application/json' }));
    const issued = await client.createToken('mcs-join', 'broker', { expirationSeconds: 600, audiences: ['a'], boundSecret: { name: 's', uid: 'u' } });
    expect(issued).toEqual({ token: 't', expirationTimestamp: '2026-01-01T00:00:00Z' });
    expect(api.requests[0]).toMatchObject({
      path: '/api/v1/namespaces/broker/serviceaccounts/mcs-join/token',
      body: { kind: 'TokenRequest', spec: { expirationSeconds: 600, audiences: ['a'], boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's', uid: 'u' } } },
    });
  });

  it('canI asks a SelfSubjectAccessReview', async () => {
    const answer = (allowed: boolean) => faults.text(201, JSON.stringify({ status: { allowed } }), { 'content-type': 'application/json' });
    api.inject('write', answer(true));
    await expect(client.canI({ verb: 'create', group: 'apps', resource: 'deployments', namespace: 'shop' })).resolves.toBe(true);
    api.inject('write', answer(false));
    await expect(client.canI({ verb: 'get', group: '', resource: 'pods', subresource: 'log' })).resolves.toBe(false);
    expect(api.requests[0]?.body).toMatchObject({ spec: { resourceAttributes: { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'shop' } } });
  });
});

describe('refusals', () => {
  it('throws ApiError with the delay that Retry-After asks for', async () => {
    api.inject('get', faults.status(failureStatus('TooManyRequests', 'slow down'), { 'retry-after': '7' }));
    const error = (await rejection(client.get(resources.configMaps, 'a', 'shop'))) as ApiError;
    expect([error.code, error.reason, error.retryAfterMs]).toEqual([429, 'TooManyRequests', 7000]);
  });

  it('wraps a plain text answer of something in between', async () => {
    api.inject('get', faults.text(502, 'Bad gateway\n'));
    const error = (await rejection(client.get(resources.configMaps, 'a', 'shop'))) as ApiError;
    expect([error.code, error.message]).toEqual([502, 'Bad gateway']);
  });

  it('throws MCS_API_ERROR for a success that is no JSON', async () => {
    api.inject('get', faults.text(200, '<html>', { 'content-type': 'application/json' }));
    expect((await failure(client.get(resources.configMaps, 'a', 'shop'))).code).toBe('MCS_API_ERROR');
  });

  it('throws MCS_API_ERROR where a web server of another kind answers', async () => {
    api.inject('get', faults.text(200, '<html>', { 'content-type': 'text/html' }));
    expect((await failure(client.get(resources.configMaps, 'a', 'shop'))).code).toBe('MCS_API_ERROR');
    api.inject('list', faults.text(200, '<html>', { 'content-type': 'text/html' }));
    expect((await failure(client.list(resources.configMaps, { namespace: 'shop' }))).code).toBe('MCS_API_ERROR');
  });

  it('tells the access of a 401, so that it reads its credential again', async () => {
    let refused = 0;
    const picky = createKubeClient({ ...api.access, onUnauthorized: () => void (refused += 1) });
    api.inject('get', faults.status(failureStatus('Unauthorized', 'Unauthorized')));
    expect(((await rejection(picky.get(resources.configMaps, 'a', 'shop'))) as ApiError).code).toBe(401);
    expect(refused).toBe(1);
    picky.close();
  });
});

describe('no connection', () => {
  const SECRET = 'top-secret-token';
  const reach = (server: string, ca = authority.ca, options = {}): Promise<unknown> =>
    createKubeClient(directAccess({ server, ca, token: () => SECRET }), options).getPath('/version');

  it('names TCP, the server and the system code when the port is closed', async () => {
    const { server } = api;
    await api.close();
    const error = await failure(reach(server));
    expect(error).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', details: { server, layer: 'tcp', systemCode: 'ECONNREFUSED' } });
    expect(error.message).toBe(`Cannot reach the API server at ${server}: TCP connection failed: connection refused (ECONNREFUSED)`);
    expect(error.hints).toEqual([`curl -k --connect-timeout 5 ${server}/version`]);
    expect(JSON.stringify([error.message, error.details, error.hints])).not.toContain(SECRET);
    api = await startFakeApi({ authority });
  });

  it('names name resolution when the host is unknown', async () => {
    const error = await failure(reach('https://no-such-host.invalid:6443'));
    expect(error.details).toMatchObject({ layer: 'name' });
    expect(error.hints).toEqual(['getent hosts no-such-host.invalid']);
  });

  it('tells another authority from other TLS faults', async () => {
    const error = await failure(reach(api.server, createTestAuthority('another').ca));
    expect(error.details).toMatchObject({ layer: 'tls', tlsCode: 'AUTHORITY_MISMATCH' });
    expect(error.hints[0]).toContain(`openssl s_client -connect 127.0.0.1:${api.port}`);
  });

  it.each([
    { title: 'a certificate for another name', certificate: { names: ['other'], addresses: ['10.9.9.9'] }, tlsCode: 'NAME_MISMATCH' },
    { title: 'a certificate out of its time', certificate: { expired: true }, tlsCode: 'EXPIRED' },
  ])('tells $title', async ({ certificate, tlsCode }) => {
    const server = await startFakeApi({ authority, certificate });
    expect((await failure(reach(server.server))).details).toMatchObject({ layer: 'tls', tlsCode });
    await server.close();
  });

  it('tells a server that speaks no TLS', async () => {
    const plain = await startFakeApi({ authority, plain: true });
    const error = await failure(reach(plain.server.replace('http:', 'https:')));
    expect(error.details).toMatchObject({ layer: 'tls', tlsCode: 'HANDSHAKE' });
    await plain.close();
  });

  it('gives up on a server that does not answer in time, and closes the connection', async () => {
    api.inject('get', faults.silence());
    const error = await failure(reach(api.server, authority.ca, { requestTimeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', details: { layer: 'http', systemCode: 'ETIMEDOUT' } });
    expect(error.message).toContain('the server is silent: no answer within 0.05 s');
    await eventually(() => api.openConnections === 0);
  });

  it('gives up on a server that takes the connection but not the handshake', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const error = await failure(reach(`https://127.0.0.1:${(mute.address() as AddressInfo).port}`, authority.ca, { connectTimeoutMs: 50 }));
    expect(error.details).toMatchObject({ layer: 'tls', tlsCode: 'HANDSHAKE', systemCode: 'ETIMEDOUT' });
    mute.close();
  });

  it('reports a connection that is cut before the answer', async () => {
    api.inject('get', faults.reset());
    expect((await failure(reach(api.server))).details).toMatchObject({ layer: 'http', systemCode: 'ECONNRESET' });
  });

  it('reports an answer that is cut in the middle', async () => {
    api.inject('get', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"a":', () => response.socket?.destroy());
    });
    expect((await failure(reach(api.server))).details).toMatchObject({ layer: 'http', systemCode: 'ECONNRESET' });
  });
});

describe('connections', () => {
  it('are kept between requests, and closed by close', async () => {
    for (let count = 0; count < 3; count += 1) await client.find(resources.configMaps, 'a', 'shop');
    expect(new Set(api.requests.map(({ connection }) => connection)).size).toBe(1);
    client.close();
    await eventually(() => api.openConnections === 0);
  });

  it('a read on a kept connection that the server has just closed is sent once more', async () => {
    await client.find(resources.configMaps, 'a', 'shop');
    api.inject('get', faults.reset());
    await expect(client.find(resources.configMaps, 'a', 'shop')).resolves.toBeUndefined();
    expect(api.count('get')).toBe(3);
  });

  it('a write on such a connection is not repeated', async () => {
    await client.find(resources.configMaps, 'a', 'shop');
    api.inject('write', faults.reset());
    expect((await failure(client.create(resources.configMaps, configMap('a')))).code).toBe('MCS_CLUSTER_UNREACHABLE');
    expect(api.count('write')).toBe(1);
  });

  it('an aborted request rejects with the reason of its signal and frees its connection', async () => {
    const abort = new AbortController();
    api.inject('get', faults.silence());
    const pending = client.get(resources.configMaps, 'a', 'shop', { signal: abort.signal });
    await eventually(() => api.requests.length === 1);
    abort.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    await eventually(() => api.openConnections === 0);
    await expect(client.get(resources.configMaps, 'a', 'shop', { signal: abort.signal })).rejects.toThrow('enough');
    expect(api.requests).toHaveLength(1);
  });

  it('speaks plain HTTP to a local proxy', async () => {
    const plain = await startFakeApi({ plain: true });
    plain.put(`${CONFIG_MAPS}/a`, configMap('a'));
    await expect(createKubeClient({ ...plain.access, tls: {} }).get(resources.configMaps, 'a', 'shop')).resolves.toMatchObject({ kind: 'ConfigMap' });
    await plain.close();
  });

  it('keeps the base path of a server', async () => {
    const behind = createKubeClient({ ...api.access, server: `${api.server}/k8s/clusters/c1/` });
    await rejection(behind.getPath('/version'));
    expect(api.requests[0]?.path).toBe('/k8s/clusters/c1/version');
    behind.close();
  });
});
