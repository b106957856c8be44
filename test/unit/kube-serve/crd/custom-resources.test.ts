import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Resource, resources } from '../../../../src/api/resources.ts';
import type { UnknownObject } from '../../../../src/api/types/index.ts';
import { builtinDefinitions } from '../../../../src/kube-serve/builtin.ts';
import { serveCustomResources } from '../../../../src/kube-serve/crd/custom-resources.ts';
import { type StatusError } from '../../../../src/kube-serve/status-error.ts';
import { createObjectStore, type ObjectStore } from '../../../../src/kube-serve/store.ts';
import { thrown } from '../../../helpers/thrown.ts';

const CRDS = resources.customResourceDefinitions;
const WIDGETS: Resource = { group: 'x.io', version: 'v1beta1', plural: 'widgets', kind: 'Widget', namespaced: true };
const SCHEMA = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 3 } } }, status: { type: 'object', properties: { ok: { type: 'boolean' } } } },
};
const REF = { name: 'w', namespace: 'shop' };

let store: ObjectStore;
let stop: () => void;

beforeEach(() => {
  store = createObjectStore({ definitions: builtinDefinitions() });
  stop = serveCustomResources(store);
});

function crd(spec: object = {}): Omit<UnknownObject, 'apiVersion' | 'kind'> {
  return {
    metadata: { name: 'widgets.x.io' },
    spec: {
      group: 'x.io',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        { name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA }, subresources: { status: {} }, additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }] },
        { name: 'v1alpha1', served: true, storage: false, schema: { openAPIV3Schema: SCHEMA }, subresources: { status: {} } },
      ],
      ...spec,
    },
  };
}

describe('serveCustomResources()', () => {
  it('serves all versions from one store, with defaults, pruning and status apart', () => {
    store.create(CRDS, crd());
    store.create({ ...WIDGETS, version: 'v1alpha1' }, { metadata: REF, spec: { x: 1 }, status: { ok: true } });
    const stored = store.get(WIDGETS, REF);
    expect(stored).toMatchObject({ apiVersion: 'x.io/v1beta1', spec: { size: 3 }, metadata: { generation: 1 } });
    expect([stored.status, (stored.spec as { x?: number }).x]).toEqual([undefined, undefined]);
  });

  it('accepts the definition at once', () => {
    expect(store.create(CRDS, crd())).toMatchObject({
      spec: { names: { singular: 'widget', listKind: 'WidgetList' }, conversion: { strategy: 'None' } },
      status: { acceptedNames: { kind: 'Widget' }, storedVersions: ['v1beta1'], conditions: [{ type: 'NamesAccepted', status: 'True' }, { type: 'Established', status: 'True' }] },
    });
    expect(store.findDefinition('x.io', 'widgets')).toMatchObject({ shortNames: ['wd'], hasStatus: true, columns: [{ name: 'Name' }, { name: 'Size' }] });
  });

  it('follows a changed definition and keeps the objects', () => {
    store.create(CRDS, crd());
    store.create(WIDGETS, { metadata: REF });
    store.modify(CRDS, { name: 'widgets.x.io' }, (copy) => void ((copy.spec as { names: { shortNames: string[] } }).names.shortNames = ['ww']));
    expect(store.findDefinition('x.io', 'widgets')?.shortNames).toEqual(['ww']);
    expect(store.find(WIDGETS, REF)).toBeDefined();
  });

  it('goes with all its objects', () => {
    store.create(CRDS, crd());
    store.create(WIDGETS, { metadata: REF });
    store.delete(CRDS, { name: 'widgets.x.io' });
    expect([store.find(CRDS, { name: 'widgets.x.io' }), store.findDefinition('x.io', 'widgets')]).toEqual([undefined, undefined]);
  });

  it('waits for objects that finalizers hold', () => {
    store.create(CRDS, crd());
    store.create(WIDGETS, { metadata: { ...REF, finalizers: ['x.io/f'] } });
    store.delete(CRDS, { name: 'widgets.x.io' });
    expect(store.get(CRDS, { name: 'widgets.x.io' }).metadata.deletionTimestamp).toBeDefined();
    store.modify(WIDGETS, REF, ({ metadata }) => {
      delete metadata.finalizers;
    });
    expect([store.find(CRDS, { name: 'widgets.x.io' }), store.findDefinition('x.io', 'widgets')]).toEqual([undefined, undefined]);
  });

  it('changes nothing any more once it is stopped', () => {
    stop();
    store.create(CRDS, crd());
    expect(store.findDefinition('x.io', 'widgets')).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['another group than its name', { group: 'y.io' }, 'must be spec.names.plural+"."+spec.group'],
    ['no stored version', { versions: [{ name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: SCHEMA } }] }, 'exactly one version marked as storage version'],
    ['no schema', { versions: [{ name: 'v1', served: true, storage: true }] }, 'schemas are required'],
    ['a conversion webhook', { conversion: { strategy: 'Webhook' } }, 'spec.conversion.strategy'],
  ])('refuses %s', (_title, spec, message) => {
    const error = thrown(() => store.create(CRDS, crd(spec))) as StatusError;
    expect([error.code, error.message.includes(message)]).toEqual([422, true]);
  });
});
