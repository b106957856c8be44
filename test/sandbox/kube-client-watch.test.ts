import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { failureStatus } from '../../src/api/status.ts';
import type { KubeObject, WatchEvent } from '../../src/api/types/index.ts';
import type { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { eventually } from '../helpers/eventually.ts';
import { type FakeApi, startFakeApi } from '../helpers/fake-api.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';
import { rejection } from '../helpers/thrown.ts';

const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const authority = createTestAuthority();

let api: FakeApi;
let client: KubeClient;

beforeEach(async () => {
  api = await startFakeApi({ authority });
  client = createKubeClient(api.access, { userAgent: 'mcs-test/1' });
});

afterEach(async () => {
  client.close();
  await api.close();
});

const named = (name: string) => ({ metadata: { name, namespace: 'shop' } });

describe('watch', () => {
  const read = async (events: AsyncIterable<WatchEvent<KubeObject>>, into: WatchEvent<KubeObject>[]): Promise<void> => {
    for await (const event of events) into.push(event);
  };

  it('gives events and bookmarks in order, over a connection of its own, without managedFields', async () => {
    const seen: WatchEvent<KubeObject>[] = [];
    let opened = 0;
    const done = read(client.watch(resources.configMaps, { namespace: 'shop', resourceVersion: '100', onOpen: () => void (opened += 1) }), seen);
    await eventually(() => api.openWatches === 1);
    api.put(`${CONFIG_MAPS}/a`, { metadata: { name: 'a', namespace: 'shop', managedFields: [{}] } });
    api.bookmark();
    api.store.delete(`${CONFIG_MAPS}/a`);
    await eventually(() => seen.length === 3);
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'DELETED']);
    expect((seen[0]?.object as KubeObject).metadata.managedFields).toBeUndefined();
    expect(opened).toBe(1);
    api.dropWatches('end');
    await done;
    await eventually(() => api.openConnections === 0);
  });

  it('asks for bookmarks and an end after 5 to 10 minutes', async () => {
    for (const [random, seconds] of [[0, '300'], [1, '600']] as const) {
      const abort = new AbortController();
      const done = read(createKubeClient(api.access, { random: () => random }).watch(resources.configMaps, { resourceVersion: '100', signal: abort.signal, labelSelector: 'a=b' }), []);
      await eventually(() => api.openWatches === 1);
      expect(Object.fromEntries(api.requests.at(-1)?.query ?? [])).toEqual({ watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: seconds, resourceVersion: '100', labelSelector: 'a=b' });
      abort.abort();
      await done;
      await eventually(() => api.openWatches === 0);
    }
  });

  it('ends quietly and without a leaked connection when its signal fires', async () => {
    const abort = new AbortController();
    const done = read(client.watch(resources.configMaps, { resourceVersion: '100', signal: abort.signal }), []);
    await eventually(() => api.openWatches === 1);
    abort.abort();
    await done;
    await eventually(() => api.openConnections === 0);
  });

  it('does not connect when its signal has fired before', async () => {
    await read(client.watch(resources.configMaps, { resourceVersion: '100', signal: AbortSignal.abort() }), []);
    expect(api.requests).toHaveLength(0);
  });

  it('closes its connection when the loop is left, and when return comes while a read is pending', async () => {
    api.put(`${CONFIG_MAPS}/a`, named('a'));
    for await (const event of client.watch(resources.configMaps, { resourceVersion: '100' })) {
      expect(event.type).toBe('ADDED');
      break;
    }
    await eventually(() => api.openConnections === 0);
    const iterator = client.watch(resources.configMaps, { resourceVersion: String(api.store.version) })[Symbol.asyncIterator]();
    const pending = iterator.next();
    await eventually(() => api.openWatches === 1);
    await iterator.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    await eventually(() => api.openConnections === 0);
  });

  it.each([
    { title: 'HTTP 410', refuse: () => api.compact() },
    { title: 'an ERROR event', refuse: () => api.inject('watch', (_request, response) => void response.end(`${JSON.stringify({ type: 'ERROR', object: failureStatus('Expired', 'too old') })}\n`)) },
  ])('throws ApiError 410 for $title', async ({ refuse }) => {
    refuse();
    const error = await rejection(read(client.watch(resources.configMaps, { resourceVersion: '100' }), []));
    expect((error as ApiError).code).toBe(410);
    await eventually(() => api.openConnections === 0);
  });

  it.each(['reset', 'mid-line'] as const)('throws MCS_CLUSTER_UNREACHABLE when it is cut by %s, after the whole events', async (how) => {
    const seen: WatchEvent<KubeObject>[] = [];
    const done = rejection(read(client.watch(resources.configMaps, { resourceVersion: '100' }), seen));
    await eventually(() => api.openWatches === 1);
    api.put(`${CONFIG_MAPS}/a`, named('a'));
    await eventually(() => seen.length === 1);
    api.dropWatches(how);
    expect(await done).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', details: { layer: 'http' } });
    expect(seen).toHaveLength(1);
  });

  it('takes silence for a cut, because bookmarks come each minute', async () => {
    const impatient = createKubeClient(api.access, { watchIdleMs: 50 });
    expect(await rejection(read(impatient.watch(resources.configMaps, { resourceVersion: '100' }), []))).toMatchObject({ details: { layer: 'http', systemCode: 'ETIMEDOUT' } });
    await eventually(() => api.openConnections === 0);
  });

  it('throws MCS_API_ERROR for a line that is no JSON', async () => {
    api.inject('watch', (_request, response) => void response.end('not json\n'));
    expect(await rejection(read(client.watch(resources.configMaps, { resourceVersion: '100' }), []))).toMatchObject({ code: 'MCS_API_ERROR' });
  });
});
