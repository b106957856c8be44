import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import { ObjectStore } from '../../../src/kube/object-store.ts';

function configMap(name: string, resourceVersion: string, colour?: string, uid = `uid-${name}`): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n', resourceVersion, uid }, ...(colour !== undefined && { data: { colour } }) };
}

const byColour = { colour: ({ data }: ConfigMap) => (data?.colour === undefined ? [] : data.colour.split('+')) };
const names = (objects: readonly ConfigMap[]): string[] => objects.map(({ metadata }) => metadata.name).sort();

describe('ObjectStore', () => {
  it('set reports what came and what changed, with the version before', () => {
    const store = new ObjectStore<ConfigMap>();
    const [one, two] = [configMap('a', '1'), configMap('a', '2')];
    expect(store.set(one)).toEqual({ key: 'n/a', next: one, previous: undefined });
    expect(store.set(two)).toEqual({ key: 'n/a', next: two, previous: one });
    expect(store.get('n/a')).toBe(two);
  });

  it('set says nothing about the version that stands, but tells a namesake by its uid', () => {
    const store = new ObjectStore<ConfigMap>();
    store.set(configMap('a', '1'));
    expect(store.set(configMap('a', '1'))).toBeUndefined();
    expect(store.set(configMap('a', '1', undefined, 'another'))).toBeDefined();
  });

  it('replace reports what is gone, new and changed, in this order, and nothing else', () => {
    const store = new ObjectStore<ConfigMap>();
    store.replace([configMap('gone', '1'), configMap('same', '1'), configMap('changed', '1')]);
    const changes = store.replace([configMap('same', '1'), configMap('changed', '2'), configMap('new', '3')]);
    expect(changes.map(({ key, next, previous }) => [key, next?.metadata.resourceVersion, previous?.metadata.resourceVersion])).toEqual([
      ['n/gone', undefined, '1'],
      ['n/changed', '2', '1'],
      ['n/new', '3', undefined],
    ]);
    expect(store.size).toBe(3);
  });

  it('delete reports the last version; of what is unknown, nothing', () => {
    const store = new ObjectStore<ConfigMap>();
    const object = configMap('a', '1');
    store.set(object);
    expect(store.delete('n/a')).toEqual({ key: 'n/a', next: undefined, previous: object });
    expect(store.delete('n/a')).toBeUndefined();
  });

  it('indexes follow every change, several values per object included', () => {
    const store = new ObjectStore<ConfigMap>(byColour);
    store.replace([configMap('a', '1', 'red+blue'), configMap('b', '1', 'red'), configMap('c', '1')]);
    expect([names(store.byIndex('colour', 'red')), names(store.byIndex('colour', 'blue'))]).toEqual([['a', 'b'], ['a']]);
    store.set(configMap('a', '2', 'green'));
    store.delete('n/b');
    expect([store.byIndex('colour', 'red'), store.byIndex('colour', 'blue'), names(store.byIndex('colour', 'green'))]).toEqual([[], [], ['a']]);
  });

  it('byIndex throws for an index that was not declared', () => {
    expect(() => new ObjectStore<ConfigMap>(byColour).byIndex('color', 'red')).toThrow(RangeError);
  });
});
