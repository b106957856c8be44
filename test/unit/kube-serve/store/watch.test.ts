import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Resource, resources } from '../../../../src/api/resources.ts';
import type { ConfigMap } from '../../../../src/api/types/index.ts';
import { builtinDefinitions } from '../../../../src/kube-serve/builtin.ts';
import { type StatusError } from '../../../../src/kube-serve/status-error.ts';
import { createObjectStore, type ObjectStore, type StoreEvent, type WatchOptions } from '../../../../src/kube-serve/store.ts';
import { thrown } from '../../../helpers/thrown.ts';

let store: ObjectStore;

beforeEach(() => {
  store = createObjectStore({ definitions: builtinDefinitions(), historySize: 2 });
});

function put(name: string, labels: Record<string, string> = {}, namespace = 'shop'): void {
  const ref = { name, namespace };
  if (store.find(resources.configMaps, ref) === undefined) store.create(resources.configMaps, { metadata: { ...ref, labels } });
  else store.update(resources.configMaps, { metadata: { ...ref, labels } });
}

function record(options: WatchOptions): { events: string[]; stop: () => void } {
  const events: string[] = [];
  const stop = store.watch(resources.configMaps, options, ({ object, type }) => events.push(`${type} ${object.metadata.name}`));
  return { events, stop };
}

describe('watch()', () => {
  it('begins with what stands, then tells changes until stopped', () => {
    put('a');
    const { events, stop } = record({});
    put('b');
    put('b', { x: '1' });
    store.delete(resources.configMaps, { name: 'a', namespace: 'shop' });
    stop();
    put('c');
    expect(events).toEqual(['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED a']);
  });

  it('begins after a version, without what stood by then', () => {
    put('a');
    const { resourceVersion } = store;
    put('b');
    const { events } = record({ resourceVersion });
    put('c');
    expect(events).toEqual(['ADDED b', 'ADDED c']);
  });

  it('shows what enters a selection as ADDED and what leaves it as DELETED, under the new version', () => {
    const events: StoreEvent<ConfigMap>[] = [];
    store.watch(resources.configMaps, { labelSelector: 'x=1' }, (event) => events.push(event));
    put('a');
    put('a', { x: '1' });
    put('a', { x: '1', y: '1' });
    put('a', { y: '2' });
    expect(events.map(({ object, type }) => [type, object.metadata.labels])).toEqual([['ADDED', { x: '1' }], ['MODIFIED', { x: '1', y: '1' }], ['DELETED', { x: '1', y: '1' }]]);
    expect(events[2]?.object.metadata.resourceVersion).toBe(store.resourceVersion);
  });

  it('tells only of its namespace', () => {
    const { events } = record({ namespace: 'back' });
    put('a');
    put('b', {}, 'back');
    expect(events).toEqual(['ADDED b']);
  });

  it('is refused from a version that is forgotten, or ahead of the store (410)', () => {
    const { resourceVersion } = store;
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
    for (const version of [resourceVersion, '99999']) {
      const error = thrown(() => record({ resourceVersion: version })) as StatusError;
      expect([error.code, error.status.reason]).toEqual([410, 'Expired']);
    }
    const now = store.resourceVersion;
    expect(record({ resourceVersion: now }).events).toEqual([]);
    put('f');
    store.compact();
    expect((thrown(() => record({ resourceVersion: now })) as StatusError).code).toBe(410);
  });

  it('of a version from an earlier life of the server is refused, where this one began above it', () => {
    put('a');
    const { resourceVersion } = store;
    store = createObjectStore({ definitions: builtinDefinitions(), firstVersion: 1_767_225_600_000 });
    expect((thrown(() => record({ resourceVersion })) as StatusError).code).toBe(410);
    expect(record({ resourceVersion: store.resourceVersion }).events).toEqual([]);
  });

  it('refuses a version that is no number with 400', () => {
    expect((thrown(() => record({ resourceVersion: 'x' })) as StatusError).code).toBe(400);
  });

  it('tells all watchers the same order when one of them writes', () => {
    store.watch(resources.configMaps, { resourceVersion: store.resourceVersion }, ({ object }) => {
      if (object.metadata.name === 'a') put('b');
    });
    const { events } = record({ resourceVersion: store.resourceVersion });
    put('a');
    expect(events).toEqual(['ADDED a', 'ADDED b']);
  });

  it('ends when its resource is no longer served, after its objects are told as DELETED', () => {
    put('a');
    let ended = false;
    const { events } = record({ resourceVersion: store.resourceVersion, onEnd: () => (ended = true) });
    store.unregister(resources.configMaps);
    expect([events, ended]).toEqual([['DELETED a'], true]);
  });
});

describe('watchAll()', () => {
  it('tells what stands and what changes, of resources registered later too', () => {
    put('a');
    const events: string[] = [];
    store.watchAll(({ object, type }, { plural }) => events.push(`${type} ${plural} ${object.metadata.name}`));
    const late: Resource = { group: 'x.io', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: false };
    store.register({ resource: late, singular: 'widget' });
    store.create(late, { metadata: { name: 'w' } });
    expect(events).toEqual(['ADDED configmaps a', 'ADDED widgets w']);
  });
});

describe('served versions', () => {
  it('show one stored object under each apiVersion', () => {
    const v1: Resource = { group: 'x.io', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: false };
    const alpha: Resource = { ...v1, version: 'v1alpha1' };
    store.register({ resource: v1, singular: 'widget', versions: [{ name: 'v1' }, { name: 'v1alpha1' }] });
    expect(store.create(alpha, { metadata: { name: 'w' } }).apiVersion).toBe('x.io/v1alpha1');
    expect(store.get(v1, { name: 'w' }).apiVersion).toBe('x.io/v1');
    const seen: string[] = [];
    store.watch(alpha, {}, ({ object }) => seen.push(object.apiVersion));
    expect([seen, store.get(alpha, { name: 'w' })]).toEqual([['x.io/v1alpha1'], store.get(alpha, { name: 'w' })]);
  });
});
