import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Resource, resources } from '../../../../src/api/resources.ts';
import type { ConfigMap, KubeObject, Pod, Service, UnknownObject } from '../../../../src/api/types/index.ts';
import { builtinDefinitions } from '../../../../src/kube-serve/builtin.ts';
import { StatusError } from '../../../../src/kube-serve/status-error.ts';
import { createObjectStore, type ObjectStore } from '../../../../src/kube-serve/store.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { thrown } from '../../../helpers/thrown.ts';

const WIDGETS: Resource = { group: 'example.com', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };

let clock: FakeClock;
let store: ObjectStore;

beforeEach(() => {
  clock = new FakeClock();
  store = createObjectStore({ definitions: builtinDefinitions(), clock, garbageCollector: true });
  store.register({
    resource: WIDGETS,
    singular: 'widget',
    hasStatus: true,
    hasGeneration: true,
    prune: true,
    schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } }, status: { type: 'object', properties: { ok: { type: 'boolean' } } } } },
  });
});

function configMap(name: string, data: Record<string, string> = {}): Omit<ConfigMap, 'apiVersion' | 'kind'> {
  return { metadata: { name, namespace: 'shop' }, data };
}

function widget(fields: Record<string, unknown> = {}): Omit<UnknownObject, 'apiVersion' | 'kind'> {
  return { metadata: { name: 'w', namespace: 'shop' }, ...fields };
}

function refusal(call: () => unknown): { code: number; reason: string | undefined; message: string } {
  const error = thrown(call);
  expect(error).toBeInstanceOf(StatusError);
  const { status } = error as StatusError;
  return { code: status.code, reason: status.reason, message: status.message ?? '' };
}

const REF = { name: 'a', namespace: 'shop' };
const W = { name: 'w', namespace: 'shop' };

describe('create()', () => {
  it('gives type, uid, version and a time of whole seconds', () => {
    const created = store.create(resources.configMaps, configMap('a', { k: 'v' }));
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { k: 'v' }, metadata: { ...REF, creationTimestamp: '2026-01-01T00:00:00Z' } });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(store.create(resources.configMaps, configMap('b')).metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  });

  it('copies what it is given and returns what is frozen', () => {
    const draft = configMap('a', { k: 'v' });
    const created = store.create(resources.configMaps, draft);
    Object.assign(draft, { data: { k: 'changed' } });
    expect(store.get(resources.configMaps, REF).data).toEqual({ k: 'v' });
    expect(Object.isFrozen(created.data)).toBe(true);
  });

  it('makes a name of generateName', () => {
    const { metadata } = store.create(resources.configMaps, { metadata: { name: '', generateName: 'x-', namespace: 'shop' } });
    expect(metadata.name).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it.each<[string, () => unknown, number, string, string]>([
    ['a name that is taken', () => [store.create(resources.configMaps, configMap('a')), store.create(resources.configMaps, configMap('a'))], 409, 'AlreadyExists', 'configmaps "a" already exists'],
    ['a name of the wrong form', () => store.create(resources.configMaps, configMap('A_b')), 422, 'Invalid', `ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain`],
    ['a Service name with a dot', () => store.create(resources.services, { metadata: { name: 'a.b', namespace: 'shop' }, spec: {} }), 422, 'Invalid', 'a DNS-1035 label'],
    ['no name', () => store.create(resources.configMaps, configMap('')), 422, 'Invalid', 'name or generateName is required'],
    ['no namespace', () => store.create(resources.configMaps, { metadata: { name: 'a' } }), 400, 'BadRequest', 'an empty namespace may not be set during creation'],
    ['a resourceVersion', () => store.create(resources.configMaps, { metadata: { ...REF, resourceVersion: '3' } }), 500, 'InternalError', 'resourceVersion should not be set on objects to be created'],
    ['a label value that is too long', () => store.create(resources.configMaps, { metadata: { ...REF, labels: { a: 'x'.repeat(64) } } }), 422, 'Invalid', 'must be no more than 63 characters'],
    ['a label key with two slashes', () => store.create(resources.configMaps, { metadata: { ...REF, labels: { 'a/b/c': '' } } }), 422, 'Invalid', 'metadata.labels'],
    ['a field of the wrong type', () => store.create(WIDGETS, widget({ spec: { size: 'big' } })), 422, 'Invalid', 'spec.size in body must be of type integer'],
    ['a kind that is not served', () => store.create(resources.clusterProperties, { metadata: { name: 'a' }, spec: { value: '' } }), 404, 'NotFound', 'the server could not find the requested resource'],
  ])('refuses %s', (_title, call, code, reason, message) => {
    const refused = refusal(call);
    expect([refused.code, refused.reason]).toEqual([code, reason]);
    expect(refused.message).toContain(message);
  });

  it('drops a status, and what a pruned schema does not know', () => {
    expect(store.create(WIDGETS, widget({ spec: { size: 1, x: 1 }, status: { ok: true } }))).toMatchObject({ spec: { size: 1 }, metadata: { generation: 1 } });
    expect(store.get(WIDGETS, W)).not.toHaveProperty('status');
    expect(store.get(WIDGETS, W)).not.toHaveProperty('spec.x');
  });

  it('stores nothing in a dry run', () => {
    const before = store.resourceVersion;
    expect(store.create(resources.configMaps, configMap('a'), { dryRun: true }).metadata.uid).toBeDefined();
    expect([store.find(resources.configMaps, REF), store.resourceVersion]).toEqual([undefined, before]);
  });
});

describe('update()', () => {
  it('replaces, keeps what only the server sets, and writes nothing when nothing differs', () => {
    const created = store.create(resources.configMaps, { ...configMap('a', { k: 'v' }), metadata: { ...REF, labels: { a: 'b' } } });
    const updated = store.update(resources.configMaps, configMap('a', { n: '1' }));
    expect(updated).toMatchObject({ data: { n: '1' }, metadata: { uid: created.metadata.uid, creationTimestamp: created.metadata.creationTimestamp } });
    expect(updated.metadata.labels).toBeUndefined();
    expect(store.update(resources.configMaps, configMap('a', { n: '1' })).metadata.resourceVersion).toBe(updated.metadata.resourceVersion);
  });

  it('refuses another uid and an old resourceVersion with Conflict', () => {
    const { metadata } = store.create(resources.configMaps, configMap('a'));
    store.update(resources.configMaps, configMap('a', { n: '1' }));
    const old = refusal(() => store.update(resources.configMaps, { metadata, data: { n: '2' } }));
    expect(old).toEqual({ code: 409, reason: 'Conflict', message: 'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again' });
    const other = refusal(() => store.update(resources.configMaps, { metadata: { ...REF, uid: 'other' } }));
    expect([other.reason, other.message]).toEqual(['Conflict', `Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: ${metadata.uid}`]);
  });

  it('wants a resourceVersion for custom resources', () => {
    store.create(WIDGETS, widget());
    expect(refusal(() => store.update(WIDGETS, widget())).message).toContain('metadata.resourceVersion: Invalid value: 0: must be specified for an update');
  });

  it('keeps status and the rest apart, and counts generations of the rest only', () => {
    store.create(WIDGETS, widget({ spec: { size: 1 } }));
    store.modify(WIDGETS, W, (copy) => void Object.assign(copy, { spec: { size: 9 }, status: { ok: true } }), { subresource: 'status' });
    expect(store.get(WIDGETS, W)).toMatchObject({ spec: { size: 1 }, status: { ok: true }, metadata: { generation: 1 } });
    store.modify(WIDGETS, W, (copy) => void Object.assign(copy, { spec: { size: 2 }, status: { ok: false } }));
    expect(store.get(WIDGETS, W)).toMatchObject({ spec: { size: 2 }, status: { ok: true }, metadata: { generation: 2 } });
  });

  it('is NotFound for what is not there', () => {
    expect(refusal(() => store.update(resources.configMaps, configMap('a')))).toEqual({ code: 404, reason: 'NotFound', message: 'configmaps "a" not found' });
  });
});

describe('delete()', () => {
  it('removes at once what nothing holds', () => {
    store.create(resources.configMaps, configMap('a'));
    expect(store.delete(resources.configMaps, REF).gone).toBe(true);
    expect(store.find(resources.configMaps, REF)).toBeUndefined();
  });

  it('heeds preconditions', () => {
    store.create(resources.configMaps, configMap('a'));
    expect(refusal(() => store.delete(resources.configMaps, REF, { uid: 'other' })).reason).toBe('Conflict');
    expect(refusal(() => store.delete(resources.configMaps, REF, { resourceVersion: '1' })).reason).toBe('Conflict');
  });

  it('marks what finalizers hold, lets none be added, and removes it with the last one', () => {
    store.create(WIDGETS, { metadata: { ...W, finalizers: ['f/x'] } });
    expect(store.delete(WIDGETS, W)).toMatchObject({ gone: false, object: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', generation: 2 } } });
    const version = store.resourceVersion;
    store.delete(WIDGETS, W);
    expect(store.resourceVersion).toBe(version);
    expect(refusal(() => store.modify(WIDGETS, W, ({ metadata }) => void metadata.finalizers?.push('f/y'))).message).toContain('no new finalizers can be added if the object is being deleted');
    store.modify(WIDGETS, W, ({ metadata }) => {
      delete metadata.finalizers;
    });
    expect(store.find(WIDGETS, W)).toBeUndefined();
  });

  it('gives a pod with a node its grace, which can only get shorter', () => {
    const pod: Omit<Pod, 'apiVersion' | 'kind'> = { metadata: REF, spec: { nodeName: 'n', containers: [{ name: 'a', image: 'a' }] } };
    store.create(resources.pods, pod);
    expect(store.delete(resources.pods, REF)).toMatchObject({ gone: false, object: { metadata: { deletionGracePeriodSeconds: 30, deletionTimestamp: '2026-01-01T00:00:30Z' } } });
    expect(store.delete(resources.pods, REF, { gracePeriodSeconds: 60 }).object).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } });
    expect(store.delete(resources.pods, REF, { gracePeriodSeconds: 0 }).gone).toBe(true);
  });

  it('holds a Namespace by its spec.finalizers', () => {
    store.create(resources.namespaces, { metadata: { name: 'shop' } });
    expect(store.delete(resources.namespaces, { name: 'shop' }).object).toMatchObject({ status: { phase: 'Terminating' } });
    store.modify(resources.namespaces, { name: 'shop' }, (copy) => void (copy.spec = { finalizers: [] }));
    expect(store.find(resources.namespaces, { name: 'shop' })).toBeUndefined();
  });

  it.each([['Foreground', ['foregroundDeletion']], ['Orphan', ['orphan']]] as const)('leaves %s propagation to the garbage collector', (propagation, finalizers) => {
    store.create(resources.configMaps, configMap('a'));
    expect(store.delete(resources.configMaps, REF, { propagation }).object.metadata.finalizers).toEqual(finalizers);
  });
});

describe('list()', () => {
  beforeEach(() => {
    for (const [name, namespace, app] of [['b', 'shop', 'x'], ['a', 'shop', 'y'], ['c', 'back', 'x']] as const) {
      store.create(resources.pods, { metadata: { name, namespace, labels: { app } }, spec: { nodeName: `node-${name}`, containers: [{ name: 'a', image: 'a' }] } });
    }
  });

  const names = (options: Parameters<ObjectStore['list']>[1]): string[] => store.list(resources.pods, options).items.map(({ metadata }) => metadata.name);

  it.each<[Parameters<ObjectStore['list']>[1], string[]]>([
    [{}, ['c', 'a', 'b']],
    [{ namespace: 'shop' }, ['a', 'b']],
    [{ namespace: 'none' }, []],
    [{ labelSelector: 'app=x' }, ['c', 'b']],
    [{ fieldSelector: 'metadata.name=a' }, ['a']],
    [{ fieldSelector: 'metadata.namespace!=shop' }, ['c']],
    [{ fieldSelector: 'spec.nodeName=node-b,status.phase=Pending' }, ['b']],
    [{ fieldSelector: 'status.phase=Running' }, []],
  ])('with %j selects %j', (options, expected) => {
    expect(names(options)).toEqual(expected);
  });

  it.each([{ fieldSelector: 'spec.none=1' }, { fieldSelector: 'what' }, { labelSelector: 'a in (' }])('refuses %j with 400', (options) => {
    expect(refusal(() => store.list(resources.pods, options)).code).toBe(400);
  });

  it('pages through all of it, and tells the version of the first page', () => {
    const first = store.list(resources.pods, { limit: 2 });
    expect([first.items.length, first.remainingItemCount]).toEqual([2, 1]);
    store.create(resources.pods, { metadata: { name: 'd', namespace: 'zoo' }, spec: { containers: [{ name: 'a', image: 'a' }] } });
    const second = store.list(resources.pods, { limit: 2, continue: first.continue ?? '' });
    expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['b', 'd']);
    expect([second.resourceVersion, second.continue]).toEqual([first.resourceVersion, undefined]);
  });

  it('refuses a token that is broken (400) or too old (410), and a version that is ahead (504)', () => {
    const token = store.list(resources.pods, { limit: 1 }).continue ?? '';
    store.create(resources.configMaps, configMap('a'));
    store.compact();
    expect(refusal(() => store.list(resources.pods, { continue: 'x' })).code).toBe(400);
    expect(refusal(() => store.list(resources.pods, { continue: token }))).toMatchObject({ code: 410, reason: 'Expired' });
    expect(refusal(() => store.list(resources.pods, { resourceVersion: '9999' })).code).toBe(504);
  });
});

describe('built-in kinds', () => {
  it('encode stringData and default the type of Secrets', () => {
    store.create(resources.secrets, { metadata: REF, stringData: { a: 'hi' } });
    expect(store.get(resources.secrets, REF)).toEqual(expect.objectContaining({ type: 'Opaque', data: { a: 'aGk=' } }));
    expect(store.get(resources.secrets, REF)).not.toHaveProperty('stringData');
    expect(refusal(() => store.update(resources.secrets, { metadata: REF, type: 'x' })).message).toContain('type: Invalid value: "x": field is immutable');
  });

  it('complete Services', () => {
    store.create(resources.services, { metadata: REF, spec: { ports: [{ port: 80 }], sessionAffinity: 'ClientIP' } });
    expect(store.get(resources.services, REF).status).toEqual({ loadBalancer: {} });
    expect(store.get(resources.services, REF).spec).toEqual({
      type: 'ClusterIP',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    } satisfies Service['spec']);
  });

  it.each<[string, Partial<Service>, string]>([
    ['ports without names', { spec: { ports: [{ port: 80 }, { port: 81 }] } }, 'spec.ports[0].name: Required value'],
    ['a name twice', { spec: { ports: [{ port: 80, name: 'a' }, { port: 81, name: 'a' }] } }, 'spec.ports[1].name: Duplicate value: "a"'],
    ['a port twice', { spec: { ports: [{ port: 80, name: 'a' }, { port: 80, name: 'b' }] } }, 'spec.ports[1]: Duplicate value: {"port":80,"protocol":"TCP"}'],
  ])('refuse a Service with %s', (_title, service, message) => {
    expect(refusal(() => store.create(resources.services, { metadata: REF, spec: {}, ...service })).message).toContain(message);
  });

  it('refuse an ingress address for what is no LoadBalancer', () => {
    store.create(resources.services, { metadata: REF, spec: {} });
    const change = (copy: Service): void => void (copy.status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } });
    expect(refusal(() => store.modify(resources.services, REF, change, { subresource: 'status' })).message).toContain("may only be used when `spec.type` is 'LoadBalancer'");
  });

  it('refuse a Deployment whose selector does not match, and a changed roleRef', () => {
    const template = { metadata: { labels: { app: 'b' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    expect(refusal(() => store.create(resources.deployments, { metadata: REF, spec: { selector: { matchLabels: { app: 'a' } }, template } })).message).toContain('`selector` does not match template `labels`');
    const binding = (name: string): Parameters<typeof store.create<KubeObject>>[1] => ({ metadata: { name: 'r', namespace: 'shop' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name } }) as never;
    store.create(resources.roleBindings, binding('a'));
    expect(refusal(() => store.update(resources.roleBindings as Resource<KubeObject>, binding('b'))).message).toContain('roleRef');
  });

  it.each([
    ['of Ingress', {}, ['Ingress']],
    ['of both, where it has rules for egress', { egress: [] }, ['Ingress', 'Egress']],
    ['of what it says', { policyTypes: ['Egress' as const] }, ['Egress']],
  ])('take a NetworkPolicy without types for one %s', (_title, spec, expected) => {
    expect(store.create(resources.networkPolicies, { metadata: REF, spec: { podSelector: {}, ...spec } }).spec.policyTypes).toEqual(expected);
  });

  it('accept loopback addresses in EndpointSlices, which real servers refuse', () => {
    const slice = store.create(resources.endpointSlices, { metadata: REF, addressType: 'IPv4', endpoints: [{ addresses: ['127.40.64.2'] }], ports: [{ port: 80 }] });
    expect(slice).toMatchObject({ endpoints: [{ addresses: ['127.40.64.2'] }], ports: [{ name: '', protocol: 'TCP', port: 80 }] });
  });
});

describe('admission', () => {
  it('runs in order, may replace the object, and sees who asks', () => {
    const seen: unknown[] = [];
    store.addAdmitter(({ object, operation, resource, user }) => {
      if (resource.plural !== 'configmaps') return undefined;
      seen.push([operation, user?.name]);
      return { ...object, data: { added: '1' } } as KubeObject;
    });
    store.addAdmitter(({ object }) => void seen.push((object as ConfigMap).data));
    store.create(resources.configMaps, configMap('a'), { user: { name: 'eve', groups: [] } });
    store.delete(resources.configMaps, REF);
    expect(store.find(resources.configMaps, REF)).toBeUndefined();
    expect(seen).toEqual([['CREATE', 'eve'], { added: '1' }, ['DELETE', undefined], { added: '1' }]);
  });

  it('refuses by throwing, and nothing is stored', () => {
    store.addAdmitter(() => {
      throw new StatusError({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden' });
    });
    expect(refusal(() => store.create(resources.configMaps, configMap('a'))).code).toBe(403);
    expect(store.find(resources.configMaps, REF)).toBeUndefined();
  });
});
