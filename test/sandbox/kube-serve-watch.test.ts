import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { resources } from '../../src/api/resources.ts';
import { startTestApiServer, type TestApiServer, type TestApiServerOptions } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';

const PATH = '/api/v1/namespaces/default/configmaps?watch=true';

interface WatchedEvent {
  readonly type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into whatever came
  readonly object: any;
}

interface Watched {
  readonly events: WatchedEvent[];
  readonly response: IncomingMessage;
  /** `end`: properly; `cut`: the connection broke. */
  ended(): 'end' | 'cut' | undefined;
  close(): void;
}

let server: TestApiServer;

async function start(options: TestApiServerOptions = {}): Promise<void> {
  server = await startTestApiServer(options);
}

beforeEach(() => start());

afterEach(async () => {
  await server.stop();
});

function watch(query = '', headers: Record<string, string> = {}): Promise<Watched> {
  const events: WatchedEvent[] = [];
  let rest = '';
  let ended: 'end' | 'cut' | undefined;
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${PATH}${query}`, { ca: server.ca, agent: false, headers: { authorization: `Bearer ${server.adminToken}`, 'user-agent': 'test/1', ...headers } }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as WatchedEvent));
      });
      response.on('end', () => (ended = 'end'));
      response.on('error', () => (ended = 'cut'));
      resolve({ events, response, ended: () => ended, close: () => sent.destroy() });
    });
    sent.once('error', reject);
    sent.end();
  });
}

function put(name: string, labels: Record<string, string> = {}): void {
  const metadata = { name, namespace: 'default', labels };
  if (server.store.find(resources.configMaps, metadata) === undefined) server.store.create(resources.configMaps, { metadata });
  else server.store.update(resources.configMaps, { metadata });
}

const shown = ({ events }: Watched): string[] => events.map(({ object, type }) => `${type} ${(object as { metadata: { name?: string } }).metadata.name ?? ''}`);
const receives = (watched: Watched, expected: readonly string[]): Promise<unknown> => eventually(() => expect(shown(watched)).toEqual(expected));

describe('a watch', () => {
  it('begins with what stands, and goes on with each change', async () => {
    put('a');
    const watched = await watch();
    put('b');
    put('b', { x: '1' });
    server.store.delete(resources.configMaps, { name: 'a', namespace: 'default' });
    await receives(watched, ['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED a']);
    expect(watched.events[2]?.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { x: '1' } } });
  });

  it('heeds selectors and the version that it begins after', async () => {
    put('a', { x: '1' });
    const watched = await watch(`&resourceVersion=${server.store.resourceVersion}&labelSelector=x%3D1`);
    put('b');
    put('c', { x: '1' });
    await receives(watched, ['ADDED c']);
  });

  it('of a forgotten version gets an ERROR event with 410 and ends', async () => {
    const { resourceVersion } = server.store;
    put('a');
    server.store.compact();
    const watched = await watch(`&resourceVersion=${resourceVersion}`);
    await eventually(() => expect(watched.ended()).toBe('end'));
    expect([watched.response.statusCode, watched.events]).toEqual([200, [{ type: 'ERROR', object: expect.objectContaining({ kind: 'Status', code: 410, reason: 'Expired' }) as unknown }]]);
  });

  it('ends properly after its timeoutSeconds, with a bookmark for those who want one', async () => {
    const watched = await watch('&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=0');
    await eventually(() => expect(watched.ended()).toBe('end'));
    expect(watched.events).toEqual([{ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: server.store.resourceVersion, creationTimestamp: null } } }]);
  });

  it('tells bookmarks from time to time', async () => {
    await server.stop();
    await start({ bookmarkIntervalMs: 20 });
    const watched = await watch('&allowWatchBookmarks=true');
    await eventually(() => expect(watched.events.length).toBeGreaterThan(1));
    expect(new Set(watched.events.map(({ type }) => type))).toEqual(new Set(['BOOKMARK']));
  });

  it('as a list marks the end of what stood (KEP-3157)', async () => {
    put('a');
    const watched = await watch('&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true');
    await eventually(() => expect(watched.events).toHaveLength(2));
    expect(watched.events[1]).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
    expect((await watch('&sendInitialEvents=true')).response.statusCode).toBe(400);
  });

  it('comes as Tables, with column definitions in the first only', async () => {
    const watched = await watch('', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    put('a');
    put('b');
    await eventually(() => expect(watched.events).toHaveLength(2));
    expect(watched.events.map(({ object }) => [(object as { rows: { cells: unknown[] }[] }).rows[0]?.cells[0], (object as { columnDefinitions: unknown }).columnDefinitions === null])).toEqual([['a', false], ['b', true]]);
  });

  it('lets go of its listener when the client has gone', async () => {
    const watched = await watch();
    expect(server.faults.dropWatches({ verb: 'none' })).toBe(0);
    watched.close();
    await eventually(() => expect(server.faults.dropWatches()).toBe(0));
  });
});

describe('faults', () => {
  it('dropWatches cuts connections, and nothing else', async () => {
    const watched = await watch();
    expect(server.faults.dropWatches({ userAgent: 'other' })).toBe(0);
    expect(server.faults.dropWatches({ userAgent: 'test/', resource: 'configmaps' })).toBe(1);
    await eventually(() => expect(watched.ended()).toBe('cut'));
    expect((await watch()).response.statusCode).toBe(200);
  });

  it('expireResourceVersions ends open watches with 410, and so those from before', async () => {
    const { resourceVersion } = server.store;
    put('a');
    const open = await watch();
    server.faults.expireResourceVersions();
    await eventually(() => expect(open.ended()).toBe('end'));
    expect(open.events.at(-1)).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    const later = await watch(`&resourceVersion=${resourceVersion}`);
    await eventually(() => expect(later.events).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]));
  });

  it('fail answers with the code, as often as told, with Retry-After for 429', async () => {
    server.faults.fail({ resource: 'configmaps' }, { code: 429, times: 1, retryAfterSeconds: 7 });
    const refused = await watch();
    expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([429, '7']);
    expect((await watch()).response.statusCode).toBe(200);
  });

  it('delay holds an answer back, and is lifted', async () => {
    const lift = server.faults.delay({ resource: 'configmaps' }, 60_000);
    let answered = false;
    const waiting = watch().then(() => (answered = true)).catch(() => undefined);
    const client = server.client();
    await client.list(resources.namespaces);
    expect(answered).toBe(false);
    lift();
    expect((await watch()).response.statusCode).toBe(200);
    server.faults.partition();
    await waiting;
  });

  it('partition cuts and refuses everybody until healed', async () => {
    const open = await watch();
    server.faults.partition();
    await eventually(() => expect(open.ended()).toBe('cut'));
    await expect(watch()).rejects.toThrow();
    server.faults.heal();
    expect((await watch()).response.statusCode).toBe(200);
  });

  it('partition of one client leaves others alone', async () => {
    server.faults.partition({ userAgent: 'test/' });
    await expect(watch()).rejects.toThrow();
    expect((await watch('', { 'user-agent': 'other/1' })).response.statusCode).toBe(200);
  });

  it('requestCounts counts by client, verb and resource', async () => {
    server.faults.resetCounts();
    const client = server.client(undefined, { userAgent: 'mcs-controller/1' });
    await client.list(resources.configMaps);
    await client.create(resources.configMaps, { metadata: { name: 'a', namespace: 'default' } });
    await client.apply(resources.services, { metadata: { name: 'a', namespace: 'default' }, spec: { ports: [{ port: 1 }] } }, { fieldManager: 'mcs' });
    expect(server.faults.requestCounts({ userAgent: 'mcs-' }).map(({ count, resource, verb }) => [verb, resource, count])).toEqual([
      ['list', 'configmaps', 1],
      ['create', 'configmaps', 1],
      ['patch', 'services', 1],
    ]);
  });
});
