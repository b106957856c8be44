import { beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import type { Service } from '../../../../src/api/types/index.ts';
import { builtinDefinitions } from '../../../../src/kube-serve/builtin.ts';
import { StatusError } from '../../../../src/kube-serve/status-error.ts';
import { createObjectStore, type ObjectStore } from '../../../../src/kube-serve/store.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { thrown } from '../../../helpers/thrown.ts';

const REF = { name: 'web', namespace: 'shop' };
const MCS = { fieldManager: 'mcs' };
let store: ObjectStore;

beforeEach(() => {
  store = createObjectStore({ definitions: builtinDefinitions(), clock: new FakeClock() });
});

function service(spec: Service['spec'], metadata: Partial<Service['metadata']> = {}): Omit<Service, 'apiVersion' | 'kind'> {
  return { metadata: { ...REF, ...metadata }, spec };
}

function refused(call: () => unknown): StatusError {
  const error = thrown(call);
  expect(error).toBeInstanceOf(StatusError);
  return error as StatusError;
}

describe('apply()', () => {
  it('creates what is missing, with the applied fields as its own and defaults as nobody\'s', () => {
    const { created, object } = store.apply(resources.services, service({ ports: [{ port: 80 }] }, { labels: { a: 'b' } }), MCS);
    expect(created).toBe(true);
    expect(object.spec.type).toBe('ClusterIP');
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'mcs',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } } },
      },
    ]);
  });

  it('changes nothing the second time', () => {
    const draft = service({ ports: [{ port: 80, name: 'http' }], selector: { app: 'web' } });
    const first = store.apply(resources.services, draft, MCS).object;
    const second = store.apply(resources.services, draft, MCS);
    expect([second.created, second.object.metadata.resourceVersion]).toEqual([false, first.metadata.resourceVersion]);
  });

  it('removes a port and a label that are no longer applied, and keeps those of others', () => {
    store.apply(resources.services, service({ ports: [{ port: 80, name: 'a' }, { port: 81, name: 'b' }] }, { labels: { a: '1' } }), MCS);
    store.modify(resources.services, REF, (copy) => {
      copy.metadata.labels = { ...copy.metadata.labels, theirs: '1' };
      copy.spec.ports?.push({ port: 82, name: 'c' });
    }, { fieldManager: 'kubectl' });
    const { object } = store.apply(resources.services, service({ ports: [{ port: 80, name: 'a' }] }), MCS);
    expect([object.metadata.labels, object.spec.ports?.map(({ port }) => port)]).toEqual([{ theirs: '1' }, [80, 82]]);
  });

  it('refuses a field of another manager with its name as the cause, unless forced', () => {
    store.create(resources.services, service({ ports: [{ port: 80, name: 'a' }] }), { fieldManager: 'kubectl' });
    const draft = service({ ports: [{ port: 80, name: 'b' }] });
    const { code, status } = refused(() => store.apply(resources.services, draft, MCS));
    expect([code, status.reason, status.message]).toEqual([409, 'Conflict', 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .spec.ports[port=80,protocol="TCP"].name']);
    expect(status.details?.causes).toEqual([{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.spec.ports[port=80,protocol="TCP"].name' }]);
    expect(store.apply(resources.services, draft, { ...MCS, force: true }).object.spec.ports?.[0]?.name).toBe('b');
  });

  it('refuses a uid of an object that is not there, or is another one by now (409)', () => {
    const missing = refused(() => store.apply(resources.services, service({}, { uid: 'u1' }), MCS));
    expect([missing.code, missing.message]).toEqual([409, 'Operation cannot be fulfilled on services "web": uid mismatch: the provided object specified uid u1, and no existing object was found']);
    store.create(resources.services, service({}));
    expect(refused(() => store.apply(resources.services, service({}, { uid: 'u1' }), MCS)).code).toBe(409);
    const { uid = '' } = store.get(resources.services, REF).metadata;
    expect(store.apply(resources.services, service({ type: 'NodePort' }, { uid }), MCS).object.spec.type).toBe('NodePort');
  });

  it('refuses managedFields in what is applied', () => {
    expect(refused(() => store.apply(resources.services, service({}, { managedFields: [] }), MCS)).code).toBe(400);
  });

  it('writes only the status to the status subresource, under an entry of its own', () => {
    store.create(resources.services, service({ type: 'LoadBalancer' }));
    const draft = { ...service({ type: 'NodePort' }), status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } };
    const { object } = store.apply(resources.services, draft, { ...MCS, subresource: 'status' });
    expect(object).toMatchObject({ spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } });
    expect(object.metadata.managedFields).toEqual([expect.objectContaining({ manager: 'mcs', subresource: 'status', fieldsV1: { 'f:status': { 'f:loadBalancer': { 'f:ingress': {} } } } })]);
    expect(store.apply(resources.services, service({ type: 'LoadBalancer', externalName: '' }), MCS).object.metadata.managedFields).toHaveLength(2);
  });

  it('needs the object for its status (404)', () => {
    expect(refused(() => store.apply(resources.services, service({}), { ...MCS, subresource: 'status' })).code).toBe(404);
  });

  it('stores nothing in a dry run', () => {
    expect(store.apply(resources.services, service({}), { ...MCS, dryRun: true }).created).toBe(true);
    expect(store.find(resources.services, REF)).toBeUndefined();
  });
});
