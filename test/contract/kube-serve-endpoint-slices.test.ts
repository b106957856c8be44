import { describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { builtinDefinitions } from '../../src/kube-serve/builtin.ts';
import { createObjectStore } from '../../src/kube-serve/store.ts';

const ref = { name: 'web-1', namespace: 'shop' };

describe('EndpointSlices on kube-serve', () => {
  it.each([
    ['empty', { endpoints: [], ports: [] }],
    ['absent', {}],
    ['null', { endpoints: null, ports: null }],
  ])('give null for lists that are %s, as Go writes nil slices', (_title, lists) => {
    const store = createObjectStore({ definitions: builtinDefinitions() });
    store.create(resources.endpointSlices, { metadata: ref, addressType: 'IPv4', endpoints: null, ...lists });
    expect(store.get(resources.endpointSlices, ref)).toMatchObject({ endpoints: null, ports: null });
  });

  it('become null when they are emptied, and lists again; writing null over null changes nothing', () => {
    const store = createObjectStore({ definitions: builtinDefinitions() });
    const full = { endpoints: [{ addresses: ['10.1.0.1'] }], ports: [{ name: 'http', protocol: 'TCP' as const, port: 80 }] };
    store.create(resources.endpointSlices, { metadata: ref, addressType: 'IPv4', ...full });
    const write = (lists: object): unknown => store.update(resources.endpointSlices, { ...store.get(resources.endpointSlices, ref), ...lists });
    write({ endpoints: [], ports: [] });
    const emptied = store.get(resources.endpointSlices, ref);
    expect(emptied).toMatchObject({ endpoints: null, ports: null });
    write({ endpoints: [] });
    expect(store.get(resources.endpointSlices, ref).metadata.resourceVersion).toBe(emptied.metadata.resourceVersion);
    write(full);
    expect(store.get(resources.endpointSlices, ref)).toMatchObject(full);
  });
});
