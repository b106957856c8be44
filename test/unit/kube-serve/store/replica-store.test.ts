import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import type { ConfigMap } from '../../../../src/api/types/index.ts';
import { builtinDefinitions } from '../../../../src/kube-serve/builtin.ts';
import type { StatusError } from '../../../../src/kube-serve/status-error.ts';
import { createReplicaStore, type ReplicaStore, type StoreEvent } from '../../../../src/kube-serve/store.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { thrown } from '../../../helpers/thrown.ts';

const { configMaps } = resources;
const REF = { name: 'a', namespace: 'shop' };

function start(now = 1_700_000_000_000, historySize?: number): ReplicaStore {
  const definitions = builtinDefinitions().filter(({ resource }) => resource === configMaps);
  return createReplicaStore({ definitions, clock: new FakeClock(now), ...(historySize !== undefined && { historySize }) });
}

const object = (data: Record<string, string> = {}, name = 'a'): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...REF, name, uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: '2025-01-01T00:00:00Z' }, data });

describe('a replica store', () => {
  it('keeps objects as they are, under versions of its own that begin with the clock', () => {
    const store = start();
    store.put(configMaps, object({ x: '1' }));
    expect(store.get(configMaps, REF)).toEqual({ ...object({ x: '1' }), metadata: { ...object().metadata, resourceVersion: '170000000000001' } });
    expect([store.resourceVersion, store.count(configMaps)]).toEqual(['170000000000001', 1]);
  });

  it('tells what is new, and nothing of what is not', () => {
    const store = start();
    const events: string[] = [];
    store.watch(configMaps, {}, ({ object: { metadata }, resourceVersion, type }: StoreEvent) => void events.push(`${type} ${metadata.name} ${resourceVersion - 170000000000000}`));
    store.put(configMaps, object());
    store.put(configMaps, { ...object(), metadata: { ...object().metadata, resourceVersion: '8' } });
    store.put(configMaps, object({ x: '1' }));
    store.remove(configMaps, REF);
    store.remove(configMaps, REF);
    expect(events).toEqual(['ADDED a 1', 'MODIFIED a 2', 'DELETED a 3']);
    expect(store.count(configMaps)).toBe(0);
  });

  it('tells of another object of the same name that the first one has gone', () => {
    const store = start();
    const events: string[] = [];
    store.put(configMaps, object());
    store.watch(configMaps, { resourceVersion: store.resourceVersion }, ({ object: { metadata }, type }: StoreEvent) => void events.push(`${type} ${metadata.uid}`));
    store.put(configMaps, { ...object(), metadata: { ...object().metadata, uid: 'uid-new' } });
    expect(events).toEqual(['DELETED uid-a', 'ADDED uid-new']);
  });

  it('knows no version of an earlier life, nor one beyond its history', () => {
    const watchFrom = (store: ReplicaStore, resourceVersion: string) => thrown(() => store.watch(configMaps, { resourceVersion }, () => undefined)) as StatusError;
    const before = start();
    before.put(configMaps, object());
    const store = start(1_700_000_000_001, 2);
    expect(watchFrom(store, before.resourceVersion).code).toBe(410);
    const first = store.resourceVersion;
    for (let change = 0; change < 6; change += 1) store.put(configMaps, object({ x: String(change) }));
    expect(watchFrom(store, first).code).toBe(410);
    expect(watchFrom(store, '999999999999999').code).toBe(410);
  });

  it('shows those whose selection a change leaves one and the same object', () => {
    const store = start();
    store.put(configMaps, { ...object(), metadata: { ...object().metadata, labels: { app: 'x' } } });
    const seen: StoreEvent[] = [];
    for (const labelSelector of ['app=x', 'app in (x)']) store.watch(configMaps, { labelSelector, resourceVersion: store.resourceVersion }, (event) => void seen.push(event));
    store.put(configMaps, object());
    expect(seen.map(({ type }) => type)).toEqual(['DELETED', 'DELETED']);
    expect(seen[0]?.object).toBe(seen[1]?.object);
  });
});
