import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { failureStatus } from '../../src/api/status.ts';
import type { ConfigMap } from '../../src/api/types/index.ts';
import { createLogger, type Logger } from '../../src/base/log.ts';
import type { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createInformer, type Informer, type InformerOptions } from '../../src/kube/informer.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { type FakeApi, faults, startFakeApi } from '../helpers/fake-api.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';

const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const authority = createTestAuthority();
const FAST = { baseMs: 5, capMs: 20 };

let api: FakeApi;
let client: KubeClient;
let informer: Informer<ConfigMap>;
let changes: string[];
let errors: unknown[];

beforeEach(async () => {
  api = await startFakeApi({ authority });
  client = createKubeClient(api.access);
  changes = [];
  errors = [];
});

afterEach(async () => {
  await informer.stop();
  client.close();
  await eventually(() => api.openConnections === 0); // nothing is ever left open
  await api.close();
});

function put(name: string, data: Record<string, string> = {}, extra: Record<string, unknown> = {}): void {
  api.put(`${CONFIG_MAPS}/${name}`, { metadata: { name, namespace: 'shop', ...extra }, data });
}

function create(options: InformerOptions<ConfigMap> = {}): Informer<ConfigMap> {
  informer = createInformer(client, resources.configMaps, { namespace: 'shop', backoff: FAST, onError: (error) => errors.push(error), ...options });
  informer.onChange((key, next, previous) => {
    const verb = next === undefined ? 'gone' : previous === undefined ? 'new' : 'changed';
    changes.push(`${verb} ${key}`);
  });
  return informer;
}

async function startSynced(options: InformerOptions<ConfigMap> = {}): Promise<Informer<ConfigMap>> {
  create(options);
  await informer.start(new AbortController().signal);
  await informer.synced(AbortSignal.timeout(10_000));
  await eventually(() => api.openWatches === 1);
  return informer;
}

describe('a transform that throws', () => {
  it('costs that object alone, in the list and in the watch; its last good state stays', async () => {
    const transform = (object: ConfigMap): ConfigMap => {
      if (object.data?.odd !== undefined) throw new Error('odd');
      return object;
    };
    put('a', { n: '1' });
    put('b', { odd: '' });
    await startSynced({ transform });
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    put('a', { odd: '' });
    put('c');
    await eventually(() => informer.get('shop/c') !== undefined);
    expect(informer.get('shop/a')?.data).toEqual({ n: '1' });
    put('b', { n: '2' });
    await eventually(() => informer.get('shop/b') !== undefined);
    expect(errors).toEqual([]);
  });
});

describe('list and watch', () => {
  it('holds what was listed, then what the watch brings, and reports each change once', async () => {
    put('a');
    await startSynced();
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    put('b');
    put('a', { k: 'v' });
    api.store.delete(`${CONFIG_MAPS}/b`);
    await eventually(() => changes.length === 4);
    expect(changes).toEqual(['new shop/a', 'new shop/b', 'changed shop/a', 'gone shop/b']);
    expect(informer.get('shop/a')?.data).toEqual({ k: 'v' });
    expect([informer.size, informer.get('shop/b')]).toEqual([1, undefined]);
  });

  it('handlers of the first list see all of it stored, and synced resolves after them', async () => {
    put('a');
    put('b');
    create();
    const sizes: number[] = [];
    informer.onChange(() => sizes.push(informer.size));
    await informer.start(new AbortController().signal);
    await informer.synced();
    expect(sizes).toEqual([2, 2]);
  });

  it('keeps no managedFields and what transform drops', async () => {
    put('a', { big: 'x' }, { managedFields: [{}] });
    await startSynced({ transform: ({ data: _data, ...rest }) => ({ ...rest }) });
    put('b', { big: 'x' }, { managedFields: [{}] });
    await eventually(() => informer.size === 2);
    expect(informer.list().map((object) => [object.data, object.metadata.managedFields])).toEqual([[undefined, undefined], [undefined, undefined]]);
  });

  it('byIndex follows the objects', async () => {
    put('a', { colour: 'red' });
    await startSynced({ indexers: { colour: ({ data = {} }) => (data.colour === undefined ? [] : [data.colour]) } });
    put('b', { colour: 'red' });
    put('a', { colour: 'blue' });
    await eventually(() => changes.length === 3);
    expect(informer.byIndex('colour', 'red').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(informer.byIndex('colour', 'blue').map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(() => informer.byIndex('size', '1')).toThrow('there is no index "size"');
  });

  it('a handler that throws is logged and hears the next change too', async () => {
    const lines: string[] = [];
    const logger: Logger = createLogger({ write: (line) => lines.push(line) });
    await startSynced({ logger });
    const broken = jest.fn(() => {
      throw new Error('handler bug');
    });
    const unsubscribe = informer.onChange(broken);
    put('a');
    put('b');
    await eventually(() => changes.length === 2);
    expect(broken).toHaveBeenCalledTimes(2);
    expect(lines.filter((line) => line.includes('handler bug'))).toHaveLength(2);
    unsubscribe();
    put('c');
    await eventually(() => changes.length === 3);
    expect(broken).toHaveBeenCalledTimes(2);
  });
});

describe('after a lost watch', () => {
  it.each(['end', 'reset', 'mid-line'] as const)('resumes where it was after a watch lost by %s, without a list', async (how) => {
    put('a');
    await startSynced();
    put('b');
    await eventually(() => changes.length === 2);
    const version = String(api.store.version);
    api.dropWatches(how);
    await eventually(() => api.count('watch') === 2);
    put('c');
    await eventually(() => changes.length === 3);
    expect(changes).toEqual(['new shop/a', 'new shop/b', 'new shop/c']);
    expect(api.count('list')).toBe(1);
    expect(api.requests.at(-1)?.query.get('resourceVersion')).toBe(version);
  });

  it('misses nothing that happened while it was away', async () => {
    put('a');
    await startSynced();
    api.inject('watch', faults.status(failureStatus('InternalError', 'no')), 3);
    api.dropWatches('reset');
    put('b');
    api.store.delete(`${CONFIG_MAPS}/a`);
    await eventually(() => informer.get('shop/a') === undefined && informer.get('shop/b') !== undefined);
    expect(changes).toEqual(['new shop/a', 'new shop/b', 'gone shop/a']);
  });

  it('resumes from a bookmark that is newer than the last event', async () => {
    await startSynced();
    api.store.version += 50; // other kinds changed
    api.bookmark();
    await eventually(() => {
      api.dropWatches('end');
      return api.requests.at(-1)?.query.get('resourceVersion') === '150';
    });
    expect(api.count('list')).toBe(1);
  });

  it.each([
    { title: 'HTTP 410', expire: () => (api.compact(), api.dropWatches('reset')) },
    { title: 'an ERROR event of the watch', expire: () => api.sendToWatches({ type: 'ERROR', object: failureStatus('Expired', 'too old resource version') }) },
  ])('lists again on $title and reports what vanished', async ({ expire }) => {
    put('a');
    put('b');
    put('c');
    await startSynced();
    // what happens now is never seen by a watch
    api.inject('watch', faults.status(failureStatus('Expired', 'too old')));
    const before = api.count('list');
    expire();
    await eventually(() => api.count('list') > before && informer.state === 'synced' && api.openWatches === 1);
    expect(changes).toEqual(['new shop/a', 'new shop/b', 'new shop/c']);

    api.inject('watch', faults.status(failureStatus('Expired', 'too old')));
    api.inject('list', (request, response) => {
      api.store.events.length = 0;
      return faults.status(failureStatus('InternalError', 'first'))(request, response);
    });
    api.dropWatches('reset');
    api.store.delete(`${CONFIG_MAPS}/a`);
    put('b', { k: 'v' });
    await eventually(() => informer.get('shop/a') === undefined && informer.get('shop/b')?.data?.k === 'v');
    expect(changes.slice(3).sort()).toEqual(['changed shop/b', 'gone shop/a']);
    expect(informer.get('shop/c')).toBeDefined();
  });

  it('a list that finds the same versions reports nothing', async () => {
    put('a');
    await startSynced();
    api.compact();
    api.dropWatches('reset');
    await eventually(() => api.count('list') === 2 && informer.connectedSince !== undefined);
    expect(changes).toEqual(['new shop/a']);
  });
});

describe('trouble', () => {
  it('goes on listing until it succeeds; unknown differs from empty meanwhile', async () => {
    put('a');
    api.inject('list', faults.status(failureStatus('InternalError', 'broken')), 3);
    create();
    expect([informer.state, informer.hasSynced, informer.lastSyncError]).toEqual(['syncing', false, undefined]);
    let worst: unknown;
    informer.onChange(() => (worst ??= errors.at(-1)));
    await informer.start(new AbortController().signal);
    await informer.synced(AbortSignal.timeout(10_000));
    expect([informer.state, informer.hasSynced, informer.lastSyncError]).toEqual(['synced', true, undefined]);
    expect(errors).toHaveLength(3);
    expect((worst as ApiError).code).toBe(500);
    expect(informer.size).toBe(1);
  });

  it('is stale while the server is away, keeps what it has, and is synced again when it returns', async () => {
    put('a');
    await startSynced();
    expect(informer.connectedSince).toEqual(expect.any(Number));
    api.inject('watch', faults.reset(), 1_000);
    api.dropWatches('reset');
    await eventually(() => informer.state === 'stale');
    expect([informer.hasSynced, informer.size, informer.connectedSince]).toEqual([true, 1, undefined]);
    expect(informer.lastSyncError).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE' });
    api.heal();
    await eventually(() => informer.state === 'synced' && informer.connectedSince !== undefined);
    expect(informer.lastSyncError).toBeUndefined();
    expect(changes).toEqual(['new shop/a']);
  });

  it('a slow first list keeps it syncing', async () => {
    let answer: (() => void) | undefined;
    api.inject('list', (_request, response) => {
      answer = () => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"metadata":{"resourceVersion":"100"},"items":null}');
    });
    create();
    await informer.start(new AbortController().signal);
    await eventually(() => answer !== undefined);
    await expect(informer.synced(AbortSignal.abort(new Error('no patience')))).rejects.toThrow('no patience');
    expect(informer.state).toBe('syncing');
    answer?.();
    await informer.synced();
    expect(informer.size).toBe(0);
    await eventually(() => api.openWatches === 1);
  });

  it('waits for as long as Retry-After asks', async () => {
    const clock = new FakeClock();
    api.inject('list', faults.status(failureStatus('TooManyRequests', 'slow down'), { 'retry-after': '9' }));
    create({ clock });
    await informer.start(new AbortController().signal);
    await eventually(() => clock.pending === 1);
    await clock.advance(8_999);
    expect(api.count('list')).toBe(1);
    await clock.advance(1);
    await informer.synced(AbortSignal.timeout(10_000));
    expect(api.count('list')).toBe(2);
    await eventually(() => api.openWatches === 1);
  });

  it('is stale from a 410 to the next list, which does not wait as long as the outage before made it', async () => {
    const clock = new FakeClock();
    await startSynced({ clock, backoff: { baseMs: 100, capMs: 30_000 }, random: () => 1 });
    api.inject('watch', faults.status(failureStatus('InternalError', 'down')), 5);
    api.dropWatches('reset');
    const delays = [100, 200, 400, 800, 1_600, 3_200];
    for (const delay of delays) {
      await eventually(() => clock.pending === 1);
      if (delay === 3_200) api.compact();
      await clock.advance(delay);
    }
    await eventually(() => clock.pending === 1);
    expect([informer.state, (informer.lastSyncError as ApiError).code, api.count('list')]).toEqual(['stale', 410, 1]);
    await clock.advance(100);
    await eventually(() => informer.state === 'synced' && api.openWatches === 1);
    expect(api.count('list')).toBe(2);
  });

  it('a server whose versions are always gone is asked with growing delays', async () => {
    const clock = new FakeClock();
    api.inject('watch', faults.status(failureStatus('Expired', 'always')), 4);
    create({ clock, backoff: { baseMs: 100, capMs: 30_000 }, random: () => 1 });
    await informer.start(new AbortController().signal);
    for (const [index, delay] of [100, 200, 400, 800].entries()) {
      await eventually(() => clock.pending === 1);
      expect(api.count('list')).toBe(index + 1);
      await clock.advance(delay - 1);
      expect(clock.pending).toBe(1);
      await clock.advance(1);
    }
    await eventually(() => api.openWatches === 1);
  });

  it('doubles its delay up to the cap, also when watches open and end at once', async () => {
    const clock = new FakeClock();
    api.inject('watch', (_request, response) => void response.writeHead(200).end(), 6);
    create({ clock, backoff: { baseMs: 100, capMs: 1_000 }, random: () => 1 });
    await informer.start(new AbortController().signal);
    for (const [index, delay] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
      await eventually(() => clock.pending === 1);
      expect(api.count('watch')).toBe(index + 1);
      await clock.advance(delay - 1);
      expect(clock.pending).toBe(1);
      await clock.advance(1);
    }
    await eventually(() => api.openWatches === 1);
    expect(api.count('list')).toBe(1);
  });
});

describe('stop', () => {
  it('leaves no watch, no connection and no timer', async () => {
    const clock = new FakeClock();
    await startSynced({ clock });
    await informer.stop();
    await eventually(() => api.openWatches === 0);
    client.close();
    await eventually(() => api.openConnections === 0);
    expect(clock.pending).toBe(0);
    put('late');
    expect(changes).toEqual([]);
  });

  it('during the first list opens no watch and rejects those who wait', async () => {
    let listed = false;
    api.inject('list', () => void (listed = true));
    create();
    await informer.start(new AbortController().signal);
    const waiting = informer.synced();
    await eventually(() => listed);
    await informer.stop();
    await expect(waiting).rejects.toThrow('was stopped');
    expect([api.count('watch'), informer.state]).toEqual([0, 'syncing']);
    await eventually(() => api.openConnections === 0);
  });

  it('while it waits for a retry cancels the timer', async () => {
    const clock = new FakeClock();
    api.inject('list', faults.status(failureStatus('InternalError', 'broken')));
    create({ clock });
    await informer.start(new AbortController().signal);
    await eventually(() => clock.pending === 1);
    await informer.stop();
    expect(clock.pending).toBe(0);
  });

  it('comes with the signal of start too; start and stop may be repeated', async () => {
    const abort = new AbortController();
    create();
    await informer.start(abort.signal);
    await informer.start(abort.signal);
    await informer.synced();
    await eventually(() => api.openWatches === 1);
    expect(api.count('list')).toBe(1);
    abort.abort();
    await eventually(() => api.openWatches === 0);
    await informer.stop();
    await informer.stop();
  });

  it('before start keeps it from starting', async () => {
    create();
    await informer.stop();
    await expect(informer.start(new AbortController().signal)).rejects.toThrow('it was stopped');
  });
});
