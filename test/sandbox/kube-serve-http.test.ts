import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { type RawAnswer, type RawRequest, rawRequest } from '../helpers/raw-request.ts';

const EVE = { name: 'eve', groups: ['system:authenticated'] };
const PATHS = '/api/v1/namespaces/shop/configmaps';
const SERVICES = '/api/v1/namespaces/shop/services';
const IMPORTS = '/apis/multicluster.x-k8s.io/v1beta1/namespaces/shop/serviceimports';

let server: TestApiServer;
const send = (path: string, options?: RawRequest): Promise<RawAnswer> => rawRequest(server, path, options);
const post = (path: string, body: unknown, options: RawRequest = {}): Promise<RawAnswer> => send(path, { ...options, method: 'POST', body });
const patch = (path: string, type: string, body: unknown): Promise<RawAnswer> => send(path, { method: 'PATCH', body, headers: { 'content-type': `application/${type}` } });

beforeAll(async () => {
  server = await startTestApiServer({ users: { eve: EVE } });
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  if (server.store.find(resources.namespaces, { name: 'shop' }) === undefined) server.store.create(resources.namespaces, { metadata: { name: 'shop' } });
  await send(PATHS, { method: 'DELETE' });
  for (const { metadata } of server.store.list(resources.services, { namespace: 'shop' }).items) server.store.delete(resources.services, metadata);
  await send(IMPORTS, { method: 'DELETE' });
});

const configMap = (name: string, data: Record<string, string> = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describe('objects', () => {
  it('are created (201), read, replaced and deleted (a Status with the uid)', async () => {
    const created = await post(PATHS, configMap('a', { k: 'v' }));
    expect([created.code, created.body.metadata.namespace, created.body.kind]).toEqual([201, 'shop', 'ConfigMap']);
    expect((await send(`${PATHS}/a`)).body).toEqual(created.body);
    const replaced = await send(`${PATHS}/a`, { method: 'PUT', body: { ...created.body, data: { k: 'w' } } });
    expect([replaced.code, replaced.body.data]).toEqual([200, { k: 'w' }]);
    const gone = await send(`${PATHS}/a`, { method: 'DELETE' });
    expect([gone.code, gone.body]).toEqual([200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'a', kind: 'configmaps', uid: created.body.metadata.uid } }]);
    expect((await send(`${PATHS}/a`)).body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 404, reason: 'NotFound', message: 'configmaps "a" not found', details: { name: 'a', kind: 'configmaps' } });
  });

  it('may come as YAML', async () => {
    const created = await post(PATHS, 'metadata:\n  name: y\ndata:\n  k: v\n', { headers: { 'content-type': 'application/yaml' } });
    expect([created.code, created.body.data]).toEqual([201, { k: 'v' }]);
  });

  it.each<[string, string, RawRequest, number, string]>([
    ['another kind', PATHS, { method: 'POST', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } } }, 400, 'cannot be handled as a ConfigMap'],
    ['another namespace', PATHS, { method: 'POST', body: { metadata: { name: 'a', namespace: 'other' } } }, 400, 'does not match the namespace sent on the request'],
    ['another name', `${PATHS}/a`, { method: 'PUT', body: { metadata: { name: 'b' } } }, 400, 'does not match the name on the URL'],
    ['no JSON', PATHS, { method: 'POST', body: '{' }, 400, 'the request body cannot be read'],
    ['a list', PATHS, { method: 'POST', body: [] }, 400, 'must be an object'],
    ['a foreign format', PATHS, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'unknown format'],
    ['a namespace that is missing', '/api/v1/namespaces/none/configmaps', { method: 'POST', body: configMap('a') }, 404, 'namespaces "none" not found'],
    ['a kind that is not served', '/api/v1/namespaces/shop/widgets', {}, 404, 'could not find the requested resource'],
    ['a version that is not served', '/apis/apps/v1beta1/deployments', {}, 404, 'could not find the requested resource'],
    ['no namespace', '/api/v1/configmaps', { method: 'POST', body: {} }, 405, 'does not allow this method'],
    ['a subresource that is not served', `${PATHS}/a/status`, {}, 404, 'could not find the requested resource'],
    ['a method without sense', `${PATHS}/a`, { method: 'POST', body: {} }, 405, 'does not allow this method'],
    ['an Accept that nobody speaks', PATHS, { headers: { accept: 'application/vnd.kubernetes.protobuf' } }, 406, 'application/json'],
    ['a body that is too large', PATHS, { method: 'POST', body: JSON.stringify({ data: { a: 'x'.repeat(4 * 1024 * 1024) } }) }, 413, 'too large'],
  ])('are refused: %s', async (_title, path, options, code, message) => {
    const answer = await send(path, options);
    expect([answer.code, answer.body.code]).toEqual([code, code]);
    expect(answer.body.message).toContain(message);
  });

  it('of built-in kinds stand in lists without apiVersion and kind, those of custom kinds with them', async () => {
    await post(PATHS, configMap('a'));
    expect((await send(PATHS)).body.items[0]).toEqual({ metadata: expect.objectContaining({ name: 'a' }) as unknown, data: {} });
    await post(IMPORTS, { metadata: { name: 'web' }, spec: { type: 'Headless', ports: [] } });
    expect((await send(IMPORTS)).body.items[0]).toMatchObject({ apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport' });
  });

  it.each(['/apis/multicluster.x-k8s.io/v9/serviceimports', '/apis/none.io/v1/things', '/apis/none.io', '/nothing'])('at %s are no page at all: 404 without a Status', async (path) => {
    const { code, text } = await send(path);
    expect([code, text]).toEqual([404, '404 page not found\n']);
  });

  it('are not stored in a dry run', async () => {
    expect((await post(`${PATHS}?dryRun=All`, configMap('a'))).code).toBe(201);
    expect((await send(`${PATHS}/a`)).code).toBe(404);
  });

  it('are listed with selectors and in pages', async () => {
    for (const name of ['a', 'b', 'c']) await post(PATHS, { metadata: { name, labels: { half: name < 'c' ? 'x' : 'y' } } });
    const page = await send(`${PATHS}?limit=2&labelSelector=half`);
    expect([page.body.kind, page.body.apiVersion, page.body.items.length]).toEqual(['ConfigMapList', 'v1', 2]);
    const rest = await send(`${PATHS}?limit=2&continue=${page.body.metadata.continue ?? ''}`);
    expect([rest.body.items.map(({ metadata }) => metadata.name), rest.body.metadata.continue]).toEqual([['c'], undefined]);
    expect((await send(`/api/v1/configmaps?labelSelector=half%3Dx&fieldSelector=metadata.namespace%3Dshop`)).body.items).toHaveLength(2);
  });

  it('of a collection are deleted by selector', async () => {
    for (const name of ['a', 'b']) await post(PATHS, { metadata: { name, labels: { name } } });
    await send(`${PATHS}?labelSelector=name%3Da`, { method: 'DELETE' });
    expect((await send(PATHS)).body.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('come as Table or as metadata alone when asked for', async () => {
    await post(SERVICES, { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } });
    const table = await send(SERVICES, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expect(table.body).toMatchObject({ kind: 'Table', columnDefinitions: [{ name: 'Name' }, { name: 'Type' }, { name: 'Cluster-IP' }, { name: 'External-IP' }, { name: 'Port(s)' }, { name: 'Age' }, { name: 'Selector', priority: 1 }] });
    expect(table.body.rows[0]?.cells).toEqual(['web', 'ClusterIP', expect.stringMatching(/^10\.96\./), '<none>', '80/TCP', expect.any(String), '<none>']);
    const partial = await send(SERVICES, { headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } });
    expect(partial.body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'web' } }] });
    expect(partial.body.items[0]?.spec).toBeUndefined();
  });
});

describe('patches', () => {
  beforeEach(async () => {
    await post(SERVICES, { metadata: { name: 'web' }, spec: { ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } });
  });

  it('of every type do what their type says', async () => {
    expect((await patch(`${SERVICES}/web`, 'merge-patch+json', { metadata: { labels: { a: '1' } } })).body.metadata.labels).toEqual({ a: '1' });
    expect((await patch(`${SERVICES}/web`, 'json-patch+json', [{ op: 'remove', path: '/spec/ports/0' }])).body.spec.ports).toHaveLength(1);
    expect((await patch(`${SERVICES}/web`, 'strategic-merge-patch+json', { spec: { ports: [{ port: 82, name: 'c' }] } })).body.spec.ports.map(({ port }) => port)).toEqual([82, 81]);
  });

  it('are refused where they carry an old version (409), find nothing (404) or are of another type (415)', async () => {
    expect((await patch(`${SERVICES}/web`, 'merge-patch+json', { metadata: { resourceVersion: '1', labels: { a: '1' } } })).code).toBe(409);
    expect((await patch(`${SERVICES}/none`, 'merge-patch+json', {})).code).toBe(404);
    expect((await patch(`${SERVICES}/web`, 'x-patch', {})).code).toBe(415);
    await post(IMPORTS, { metadata: { name: 'web' }, spec: { type: 'Headless', ports: [] } });
    expect((await patch(`${IMPORTS}/web`, 'strategic-merge-patch+json', {})).code).toBe(415);
  });

  it('apply creates (201), updates (200), wants a field manager (422) and tells conflicts (409)', async () => {
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { k: 'v' } };
    const apply = (manager: string, data: object): Promise<RawAnswer> => patch(`${PATHS}/c?fieldManager=${manager}`, 'apply-patch+yaml', { ...draft, data });
    expect([(await apply('x', { k: 'v' })).code, (await apply('x', { k: 'w' })).code]).toEqual([201, 200]);
    const conflict = await apply('y', { k: 'z' });
    expect([conflict.code, conflict.body.details.causes]).toEqual([409, [{ reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.k' }]]);
    expect((await patch(`${PATHS}/c?fieldManager=y&force=true`, 'apply-patch+yaml', { ...draft, data: { k: 'z' } })).body.data).toEqual({ k: 'z' });
    expect((await patch(`${PATHS}/c`, 'apply-patch+yaml', draft)).code).toBe(422);
    expect((await patch(`${PATHS}/c?fieldManager=y`, 'apply-patch+yaml', { metadata: { name: 'c' } })).body.message).toBe('invalid object type: /, Kind=');
  });

  it('apply with the uid of an object that is gone is a Conflict', async () => {
    const answer = await patch(`${PATHS}/none?fieldManager=x`, 'apply-patch+yaml', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'none', uid: 'u' } });
    expect([answer.code, answer.body.reason]).toEqual([409, 'Conflict']);
  });

  it('managers are named after the client unless it says otherwise', async () => {
    await post(PATHS, configMap('a', { k: 'v' }), { headers: { 'user-agent': 'mcs-controller/0.1.0 (x)' } });
    await send(`${PATHS}/a?fieldManager=mine`, { method: 'PUT', body: configMap('a', { k: 'w', l: '1' }) });
    const managers = server.store.get(resources.configMaps, { name: 'a', namespace: 'shop' }).metadata.managedFields;
    expect(managers).toEqual([expect.objectContaining({ manager: 'mine', fieldsV1: { 'f:data': { 'f:k': {}, 'f:l': {} } } })]);
  });
});

describe('custom resources', () => {
  const importOf = (spec: object): object => ({ apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: { name: 'web' }, spec });

  it('are validated with a cause per field', async () => {
    const answer = await post(IMPORTS, importOf({ type: 'Other', ports: [{}] }));
    expect([answer.code, answer.body.reason, answer.body.details.kind]).toEqual([422, 'Invalid', 'ServiceImport']);
    expect(answer.body.details.causes.map(({ field }) => field).sort()).toEqual(['spec.ports[0].port', 'spec.type']);
  });

  it.each([['Strict', 400, undefined], ['Warn', 201, '299 - "unknown field \\"spec.bogus\\""'], ['Ignore', 201, undefined]])('with unknown fields under fieldValidation=%s: %d', async (wish, code, warning) => {
    const answer = await post(`${IMPORTS}?fieldValidation=${wish}`, importOf({ type: 'Headless', ports: [], bogus: 1 }));
    expect([answer.code, answer.headers.warning]).toEqual([code, warning]);
    expect(answer.text).not.toContain(code === 201 ? 'bogus' : '"spec":');
  });

  it('are served in each version', async () => {
    await post(IMPORTS, importOf({ type: 'Headless', ports: [] }));
    const other = await send(IMPORTS.replace('v1beta1', 'v1alpha1'));
    expect([other.body.apiVersion, other.body.items[0]?.apiVersion]).toEqual(['multicluster.x-k8s.io/v1alpha1', 'multicluster.x-k8s.io/v1alpha1']);
  });

  it('take a status apart from the rest', async () => {
    const created = await post(IMPORTS, importOf({ type: 'Headless', ports: [] }));
    const status = { clusters: [{ cluster: 'west' }] };
    const updated = await send(`${IMPORTS}/web/status`, { method: 'PUT', body: { ...created.body, spec: { type: 'ClusterSetIP', ports: [] }, status } });
    expect([updated.body.spec.type, updated.body.status, updated.body.metadata.generation]).toEqual(['Headless', status, 1]);
  });
});

describe('access', () => {
  it('is Unauthorized (401) with an unknown credential', async () => {
    const answer = await send(PATHS, { token: 'wrong' });
    expect([answer.code, answer.body.reason, answer.body.message]).toEqual([401, 'Unauthorized', 'Unauthorized']);
  });

  it.each<[string, string, RawRequest, string]>([
    ['a list', PATHS, {}, 'configmaps is forbidden: User "eve" cannot list resource "configmaps" in API group "" in the namespace "shop"'],
    ['all namespaces', '/api/v1/configmaps', {}, 'configmaps is forbidden: User "eve" cannot list resource "configmaps" in API group "" at the cluster scope'],
    ['an object', `${IMPORTS}/web`, { method: 'DELETE' }, 'serviceimports.multicluster.x-k8s.io "web" is forbidden: User "eve" cannot delete resource "serviceimports" in API group "multicluster.x-k8s.io" in the namespace "shop"'],
    ['a status', `${IMPORTS}/web/status`, { method: 'PUT', body: {} }, 'serviceimports.multicluster.x-k8s.io "web" is forbidden: User "eve" cannot update resource "serviceimports/status" in API group "multicluster.x-k8s.io" in the namespace "shop"'],
    ['a path', '/metrics', {}, 'forbidden: User "eve" cannot get path "/metrics"'],
    ['impersonation', PATHS, { headers: { 'impersonate-user': 'kubernetes-admin' } }, 'users "kubernetes-admin" is forbidden: User "eve" cannot impersonate resource "users" in API group "" at the cluster scope'],
  ])('is Forbidden (403) in the words of Kubernetes: %s', async (_title, path, options, message) => {
    const answer = await send(path, { ...options, token: 'eve' });
    expect([answer.code, answer.body.message]).toEqual([403, message]);
  });

  it('goes by the impersonated user and groups', async () => {
    const as = (headers: Record<string, string>): Promise<RawAnswer> => send(PATHS, { headers });
    expect((await as({ 'impersonate-user': 'joe' })).code).toBe(403);
    expect((await as({ 'impersonate-user': 'joe', 'impersonate-group': 'system:masters' })).code).toBe(200);
    expect((await as({ 'impersonate-group': 'system:masters' })).code).toBe(400);
  });

  it('needs create, too, to apply what is missing', async () => {
    server.store.create(resources.roles, { metadata: { name: 'p', namespace: 'shop' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }] });
    server.store.create(resources.roleBindings, { metadata: { name: 'p', namespace: 'shop' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'p' }, subjects: [{ kind: 'User', name: 'eve' }] });
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'e' } };
    const answer = await send(`${PATHS}/e?fieldManager=x`, { method: 'PATCH', body: draft, token: 'eve', headers: { 'content-type': 'application/apply-patch+yaml' } });
    expect([answer.code, answer.body.message]).toEqual([403, 'configmaps "e" is forbidden: User "eve" cannot create resource "configmaps" in API group "" in the namespace "shop"']);
  });

  it('can be asked about by everybody', async () => {
    const ask = (attributes: object): Promise<RawAnswer> =>
      post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } }, { token: 'eve' });
    expect((await ask({ verb: 'get', resource: 'secrets', namespace: 'shop' })).body.status).toEqual({ allowed: false });
    expect((await ask({ verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' })).body.status).toEqual({ allowed: true });
    expect((await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', { kind: 'SelfSubjectReview' }, { token: 'eve' })).body.status).toEqual({ userInfo: { username: 'eve', groups: EVE.groups } });
  });
});

describe('other paths', () => {
  it.each([['/version', 'gitVersion'], ['/api', 'versions'], ['/apis', 'groups'], ['/apis/apps', 'preferredVersion'], ['/apis/multicluster.x-k8s.io/v1alpha1', 'resources'], ['/openapi/v3', 'paths']])('%s answers', async (path, key) => {
    expect((await send(path)).body).toHaveProperty(key);
  });

  it('health is told without a credential', async () => {
    expect((await send('/readyz', { token: '' })).text).toBe('ok');
  });

  it('discovery follows CustomResourceDefinitions', async () => {
    const name = 'widgets.x.io';
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { metadata: { name }, spec: { group: 'x.io', scope: 'Cluster', names: { plural: 'widgets', kind: 'Widget' }, versions } });
    expect((await send('/apis/x.io/v1')).body.resources).toHaveLength(1);
    await send(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, { method: 'DELETE' });
    expect((await send('/apis/x.io/v1')).code).toBe(404);
  });

  it('OpenAPI v3 tells kubectl that the server validates fields, and names kinds', async () => {
    const { body } = await send('/openapi/v3/apis/multicluster.x-k8s.io/v1beta1');
    const operation = body.paths['/apis/multicluster.x-k8s.io/v1beta1/namespaces/{namespace}/serviceimports/{name}']?.patch;
    expect(operation?.parameters.map(({ name }) => name)).toContain('fieldValidation');
    expect(operation).toMatchObject({ 'x-kubernetes-group-version-kind': { group: 'multicluster.x-k8s.io', version: 'v1beta1', kind: 'ServiceImport' } });
    expect(body.components.schemas['io.x-k8s.multicluster.v1beta1.ServiceImport']?.properties.spec.required).toEqual(expect.arrayContaining(['type', 'ports']));
  });

  it('scale reads and writes replicas', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    await post('/apis/apps/v1/namespaces/shop/deployments', { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } });
    const path = '/apis/apps/v1/namespaces/shop/deployments/d/scale';
    expect((await send(path)).body).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 0, selector: 'a=b' } });
    expect((await patch(path, 'merge-patch+json', { spec: { replicas: 4 } })).body.spec).toEqual({ replicas: 4 });
    expect((await patch(path, 'merge-patch+json', { spec: { replicas: -1 } })).code).toBe(422);
    expect(server.store.get(resources.deployments, { name: 'd', namespace: 'shop' }).spec.replicas).toBe(4);
  });
});
