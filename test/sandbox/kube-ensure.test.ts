import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MANAGED_BY } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import { failureStatus } from '../../src/api/status.ts';
import type { ConfigMap } from '../../src/api/types/index.ts';
import type { Draft, KubeClient } from '../../src/kube/client.ts';
import { deleteOwned, ensureObject } from '../../src/kube/ensure.ts';
import { recordEvent } from '../../src/kube/events.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { waitFor } from '../../src/kube/wait.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { type FakeApi, faults, startFakeApi } from '../helpers/fake-api.ts';
import { rejection } from '../helpers/thrown.ts';

const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const OURS = { [MANAGED_BY]: 'mcs' };
const MANAGER = { fieldManager: 'mcs-test' };

let api: FakeApi;
let client: KubeClient;
let first: number;

beforeAll(async () => {
  api = await startFakeApi();
  client = createKubeClient(api.access);
});

beforeEach(() => {
  for (const { metadata } of api.store.list('/api/v1/configmaps')) api.store.delete(`${CONFIG_MAPS}/${metadata.name}`);
  api.heal();
  first = api.requests.length;
});

afterAll(async () => {
  client.close();
  await api.close();
});

function draft(data: Record<string, string>, labels: Record<string, string> = OURS): Draft<ConfigMap> {
  return { metadata: { name: 'a', namespace: 'shop', labels }, data };
}

function put(data: Record<string, string>, labels: Record<string, string> = OURS, extra: Record<string, unknown> = {}): ConfigMap {
  return api.put(`${CONFIG_MAPS}/a`, { ...draft(data, labels), metadata: { name: 'a', namespace: 'shop', labels, ...extra } });
}

const writes = (): string[] =>
  api.requests
    .slice(first)
    .filter(({ method }) => method !== 'GET')
    .map(({ method, headers }) => [method, headers['content-type']?.split('/')[1]?.split('+')[0]].join(' '));

const standing = (): ConfigMap | undefined => api.store.find(`${CONFIG_MAPS}/a`);

describe('ensureObject', () => {
  it('creates by POST what does not exist', async () => {
    const { state, object } = await ensureObject(client, resources.configMaps, draft({ k: '1' }), MANAGER);
    expect([state, object.data]).toEqual(['created', { k: '1' }]);
    expect(writes()).toEqual(['POST json']);
  });

  it('writes nothing where all wanted fields hold, whatever else is there', async () => {
    put({ k: '1', foreign: 'x' }, { ...OURS, more: 'y' });
    const { state } = await ensureObject(client, resources.configMaps, draft({ k: '1' }), MANAGER);
    expect([state, writes()]).toEqual(['unchanged', []]);
  });

  it('applies a difference, pinned to the uid and by force, and keeps foreign fields', async () => {
    const { metadata } = put({ k: '1', foreign: 'x' });
    const { state, object } = await ensureObject(client, resources.configMaps, draft({ k: '2' }), MANAGER);
    expect([state, object.data, writes()]).toEqual(['updated', { k: '2', foreign: 'x' }, ['PATCH apply-patch']]);
    const { body, query } = api.requests.at(-1) ?? {};
    expect(body).toMatchObject({ metadata: { uid: metadata.uid } });
    expect([query?.get('force'), query?.get('fieldManager')]).toEqual(['true', 'mcs-test']);
  });

  it('reports unchanged where the server stores the difference in the same way', async () => {
    const found = put({ quantity: '1' });
    const stored = { ...found, metadata: { ...found.metadata, resourceVersion: '9999', managedFields: [{ manager: 'mcs-test', operation: 'Apply' }] } };
    api.inject('write', faults.text(200, JSON.stringify(stored), { 'content-type': 'application/json' }));
    const { state } = await ensureObject(client, resources.configMaps, draft({ quantity: '1000m' }), MANAGER);
    expect([state, writes()]).toEqual(['unchanged', ['PATCH apply-patch']]);
  });

  it('makes the fields of its own POST owned by apply before the first apply, so that fields can go away', async () => {
    const entries = [{ manager: 'mcs-test', operation: 'Update', fieldsV1: {} }, { manager: 'kubectl', operation: 'Update' }];
    put({ k: '1' }, OURS, { managedFields: entries });
    await ensureObject(client, resources.configMaps, draft({ k: '2' }), MANAGER);
    expect(writes()).toEqual(['PATCH json-patch', 'PATCH apply-patch']);
    expect(standing()?.metadata.managedFields).toEqual([{ ...entries[0], operation: 'Apply' }, entries[1]]);
  });

  it('never touches an object without our tag, and names it', async () => {
    put({ k: '1' }, { [MANAGED_BY]: 'helm' });
    expect(await rejection(ensureObject(client, resources.configMaps, draft({ k: '2' }), MANAGER))).toMatchObject({
      code: 'MCS_FOREIGN_OBJECT',
      message: 'Cannot change ConfigMap "a" in namespace "shop": it exists and mcs did not make it',
      hints: ['kubectl get configmaps a -n shop -o yaml'],
      details: { managedBy: 'helm' },
    });
    expect(writes()).toEqual([]);
  });

  it('says so where the object is being deleted, instead of taking it for standing', async () => {
    put({ k: '1' }, OURS, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(await rejection(ensureObject(client, resources.configMaps, draft({ k: '1' }), MANAGER))).toMatchObject({ code: 'MCS_API_ERROR', hints: ['kubectl wait --for=delete configmaps/a -n shop'] });
  });

  it.each([
    { title: 'labels', owner: { labels: { team: 'blue' } } },
    { title: 'a predicate', owner: ({ metadata }: { metadata: { labels?: Record<string, string> } }) => metadata.labels?.team === 'blue' },
  ])('takes $title for the proof of ownership', async ({ owner }) => {
    put({ k: '1' }, { team: 'blue' });
    await expect(ensureObject(client, resources.configMaps, draft({ k: '2' }, {}), { ...MANAGER, owner })).resolves.toMatchObject({ state: 'updated' });
    put({ k: '1' }, { team: 'red' });
    expect(await rejection(ensureObject(client, resources.configMaps, draft({ k: '2' }, {}), { ...MANAGER, owner }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
  });

  it('reads again where somebody else created the object in between: ours is updated, theirs is refused', async () => {
    const race = (labels: Record<string, string>) => api.inject('write', () => (put({ k: 'theirs' }, labels), false));
    race(OURS);
    await expect(ensureObject(client, resources.configMaps, draft({ k: '1' }), MANAGER)).resolves.toMatchObject({ state: 'updated', object: { data: { k: '1' } } });
    api.store.delete(`${CONFIG_MAPS}/a`);
    race({});
    expect(await rejection(ensureObject(client, resources.configMaps, draft({ k: '1' }), MANAGER))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(standing()?.data).toEqual({ k: 'theirs' });
  });

  it('creates anew where the object was deleted in between, instead of reviving it by apply', async () => {
    put({ k: '1' });
    api.inject('write', () => (api.store.delete(`${CONFIG_MAPS}/a`), false));
    await expect(ensureObject(client, resources.configMaps, draft({ k: '2' }), MANAGER)).resolves.toMatchObject({ state: 'created' });
    expect(writes()).toEqual(['PATCH apply-patch', 'POST json']);
  });

  it('dryRun reaches the server with every write and takes over no fields', async () => {
    await ensureObject(client, resources.configMaps, draft({ k: '1' }), { ...MANAGER, dryRun: true });
    put({ k: '1' }, OURS, { managedFields: [{ manager: 'mcs-test', operation: 'Update' }] });
    await expect(ensureObject(client, resources.configMaps, draft({ k: '2' }), { ...MANAGER, dryRun: true })).resolves.toMatchObject({ state: 'updated' });
    expect(writes()).toEqual(['POST json', 'PATCH apply-patch']);
    expect(api.requests.slice(first).filter(({ method }) => method !== 'GET').every(({ query }) => query.get('dryRun') === 'All')).toBe(true);
  });
});

describe('deleteOwned', () => {
  it('deletes by uid what is ours', async () => {
    const { metadata } = put({});
    await expect(deleteOwned(client, resources.configMaps, 'a', 'shop')).resolves.toBe('deleted');
    expect(api.requests.at(-1)?.body).toMatchObject({ preconditions: { uid: metadata.uid } });
    await expect(deleteOwned(client, resources.configMaps, 'a', 'shop')).resolves.toBe('absent');
  });

  it('leaves a successor of the same name alone', async () => {
    put({});
    api.inject('write', () => {
      api.store.delete(`${CONFIG_MAPS}/a`);
      put({ k: 'successor' });
      return false;
    });
    await expect(deleteOwned(client, resources.configMaps, 'a', 'shop')).resolves.toBe('absent');
    expect(standing()?.data).toEqual({ k: 'successor' });
  });

  it('refuses what is not ours', async () => {
    put({}, {});
    expect(await rejection(deleteOwned(client, resources.configMaps, 'a', 'shop'))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(standing()).toBeDefined();
  });
});

describe('waitFor', () => {
  const isReady = (object: ConfigMap | undefined): boolean => object?.data?.ready === 'yes';
  const describeState = (object: ConfigMap | undefined): string => (object === undefined ? 'it does not exist' : `ready is "${object.data?.ready ?? ''}"`);
  const wait = (options: Partial<Parameters<typeof waitFor<ConfigMap>>[5]> = {}): Promise<ConfigMap | undefined> =>
    waitFor(client, resources.configMaps, 'a', 'shop', isReady, { signal: new AbortController().signal, timeoutMs: 10_000, describe: describeState, ...options });

  it('returns at once what is so already', async () => {
    put({ ready: 'yes' });
    await expect(wait()).resolves.toMatchObject({ data: { ready: 'yes' } });
    expect(api.requests).toHaveLength(first + 1);
  });

  it('follows the object until it is ready, says each state once, and leaves no watch', async () => {
    const states: string[] = [];
    const ready = wait({ progress: (text) => states.push(text) });
    await eventually(() => api.openWatches === 1);
    put({ ready: 'no' });
    put({ ready: 'no', other: 'x' });
    put({ ready: 'yes' });
    await expect(ready).resolves.toMatchObject({ data: { ready: 'yes' } });
    expect(states).toEqual(['it does not exist', 'ready is "no"']);
    await eventually(() => api.openWatches === 0);
  });

  it('waits out lost watches, 410 and trouble of the server', async () => {
    const states: string[] = [];
    api.inject('list', faults.status(failureStatus('ServiceUnavailable', 'starting')));
    api.inject('watch', faults.status(failureStatus('InternalError', 'broken')));
    const ready = wait({ progress: (text) => states.push(text) });
    await eventually(() => api.openWatches === 1);
    api.dropWatches('mid-line');
    put({ ready: 'yes' });
    await ready;
    expect(states.join('\n')).toContain('starting');
  });

  it('polls where only get is allowed', async () => {
    api.inject('list', faults.status(failureStatus('Forbidden', 'no list')), 100);
    const ready = wait();
    await eventually(() => api.requests.slice(first).some(({ path }) => path === `${CONFIG_MAPS}/a`));
    put({ ready: 'yes' });
    await expect(ready).resolves.toMatchObject({ data: { ready: 'yes' } });
    expect(api.requests.slice(first).filter(({ path }) => path === CONFIG_MAPS)).toHaveLength(1);
  });

  it('throws MCS_TIMEOUT with the last state, and what the server refuses for good', async () => {
    const clock = new FakeClock();
    put({ ready: 'no' });
    const late = rejection(wait({ clock, timeoutMs: 5_000, goal: 'start the shop', hints: ['kubectl get cm'] }));
    await eventually(() => api.openWatches === 1);
    await clock.advance(5_000);
    expect(await late).toMatchObject({ code: 'MCS_TIMEOUT', message: 'Cannot start the shop within 5 s: ready is "no"', hints: ['kubectl get cm'], details: { lastState: 'ready is "no"' } });
    expect(clock.pending).toBe(0);
    api.inject('list', faults.status(failureStatus('BadRequest', 'field selector')));
    expect(await rejection(wait())).toMatchObject({ code: 400 });
  });

  it('ends with the reason of its signal', async () => {
    const abort = new AbortController();
    const waiting = rejection(wait({ signal: abort.signal }));
    await eventually(() => api.openWatches === 1);
    abort.abort(new Error('Ctrl-C'));
    expect(await waiting).toMatchObject({ message: 'Ctrl-C' });
    await eventually(() => api.openWatches === 0);
  });

  it('waits for absence too', async () => {
    put({});
    const gone = waitFor(client, resources.configMaps, 'a', 'shop', (object) => object === undefined, { signal: new AbortController().signal, timeoutMs: 10_000, describe: describeState });
    await eventually(() => api.openWatches === 1);
    api.store.delete(`${CONFIG_MAPS}/a`);
    await expect(gone).resolves.toBeUndefined();
  });
});

describe('recordEvent', () => {
  const clock = new FakeClock();
  const events = (): Record<string, unknown>[] => api.store.list('/api/v1/events');
  const record = (message: string): Promise<void> =>
    recordEvent(client, { involved: put({}), type: 'Warning', reason: 'Conflict', message, component: 'mcs-controller' }, { clock });

  it('creates one Event per thing said, and counts repetitions', async () => {
    await record('ports differ');
    await clock.advance(60_000);
    await record('ports differ');
    await record('types differ');
    expect(events()).toMatchObject([
      { message: 'ports differ', count: 2, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:01:00Z', type: 'Warning', reason: 'Conflict', source: { component: 'mcs-controller' }, involvedObject: { kind: 'ConfigMap', name: 'a', namespace: 'shop' } },
      { message: 'types differ', count: 1 },
    ]);
    expect((events()[0] as { metadata: { namespace: string } }).metadata.namespace).toBe('shop');
  });

  it('tells that nothing was recorded', async () => {
    api.inject('get', faults.reset(), 2);
    await expect(record('lost')).rejects.toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE' });
    expect(events().some(({ message }) => message === 'lost')).toBe(false);
  });
});
