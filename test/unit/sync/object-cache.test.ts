import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import { ObjectCache } from '../../../src/sync/object-cache.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

function object(version: number, group = 'a', uid = 'u1'): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'n', uid, resourceVersion: String(version), labels: { group } } };
}

function trial(): { store: ObjectCache<ConfigMap, 'group'>; clock: FakeClock; versions: (group: string) => (string | undefined)[] } {
  const clock = new FakeClock();
  const store = new ObjectCache<ConfigMap, 'group'>({ clock, indexes: { group: ({ metadata }) => metadata.labels?.group } });
  return { store, clock, versions: (group) => store.by('group', group).map(({ metadata }) => metadata.resourceVersion) };
}

describe('ObjectCache', () => {
  it('finds objects by key and by index, and moves them between index values', () => {
    const { store, versions } = trial();
    store.accept(object(1));
    expect(store.get('n/x')?.metadata.resourceVersion).toBe('1');
    store.accept(object(2, 'b'));
    expect(versions('a')).toEqual([]);
    expect(versions('b')).toEqual(['2']);
  });

  it('counts own writes before their events, and tells that the event is no news', () => {
    const { store, versions } = trial();
    store.wrote(object(5));
    expect(versions('a')).toEqual(['5']);
    expect(store.accept(object(5))).toBe(false);
    expect(store.accept(object(6))).toBe(true);
  });

  it('ignores an event that is older than an own write', () => {
    const { store, versions } = trial();
    store.accept(object(1));
    store.wrote(object(5));
    expect(store.accept(object(3))).toBe(false);
    expect(versions('a')).toEqual(['5']);
  });

  it('ignores the answer to a write that an event has overtaken', () => {
    const { store, versions } = trial();
    store.accept(object(7));
    store.wrote(object(5));
    expect(versions('a')).toEqual(['7']);
  });

  it('forgets an own write whose event never comes', async () => {
    const { store, clock, versions } = trial();
    store.wrote(object(5));
    await clock.advance(30_001);
    expect(versions('a')).toEqual([]);
    expect(store.size).toBe(0);
  });

  it('what the informer knew is still there when the event of an own write never comes', async () => {
    const { store, clock, versions } = trial();
    store.accept(object(1));
    store.wrote(object(5, 'b'));
    store.wrote(object(6, 'b'));
    await clock.advance(30_001);
    expect([versions('b'), versions('a'), store.size]).toEqual([[], ['1'], 1]);
    expect(store.accept(object(6, 'b'))).toBe(true);
    expect([versions('b'), versions('a')]).toEqual([['6'], []]);
  });

  it('what the informer saw the end of does not come back', async () => {
    const { store, clock } = trial();
    store.accept(object(1));
    store.wrote(object(5, 'b', 'u2'));
    store.drop(object(1));
    await clock.advance(30_001);
    expect(store.values()).toEqual([]);
  });

  it('does not bring back what was deleted here when a late event comes', async () => {
    const { store, clock } = trial();
    store.accept(object(1));
    store.deleted(object(1));
    expect(store.accept(object(2))).toBe(false);
    expect(store.get('n/x')).toBeUndefined();
    expect(store.drop(object(3))).toBe(false);
    store.deleted(object(1));
    await clock.advance(40_000);
    expect(store.accept(object(4))).toBe(true);
  });

  it('takes a new object of the same name at once', () => {
    const { store } = trial();
    store.accept(object(1));
    store.deleted(object(1));
    expect(store.accept(object(9, 'a', 'u2'))).toBe(true);
    expect(store.drop(object(3))).toBe(false);
    expect(store.get('n/x')?.metadata.uid).toBe('u2');
  });

  it('shows an object that a finalizer keeps after its deletion', () => {
    const { store } = trial();
    store.accept(object(1));
    store.deleted(object(1));
    const terminating = object(2);
    terminating.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(store.accept(terminating)).toBe(true);
  });
});
