import { afterEach, describe, expect, it } from '@jest/globals';
import { type IncomingMessage, request } from 'node:http';
import { resources } from '../../src/api/resources.ts';
import type { Service } from '../../src/api/types/index.ts';
import { createReadServer, type ReadServer, type ReadServerOptions } from '../../src/kube-serve/read-server.ts';
import { createReplicaStore, type ReplicaStore } from '../../src/kube-serve/store.ts';
import { servedKinds } from '../../src/mirror/emit/served-kinds.ts';
import { ask, openWatch } from '../helpers/emitter.ts';
import { eventually } from '../helpers/eventually.ts';

let server: ReadServer | undefined;

afterEach(async () => {
  await server?.close();
});

async function start(options: Partial<ReadServerOptions> = {}): Promise<{ readonly store: ReplicaStore; readonly url: string; readonly cut: string[] }> {
  const store = createReplicaStore({ definitions: servedKinds() });
  const cut: string[] = [];
  const nothing = (): void => undefined;
  server = createReadServer({
    store,
    authenticate: () => ({ name: 'reader', groups: [] }),
    isReady: () => true,
    maxWatches: 1000,
    observer: { watchOpened: nothing, watchClosed: nothing, eventSent: nothing, watchCut: (resource) => void cut.push(resource), watchRefused: nothing },
    metrics: () => Promise.resolve({ type: 'text/plain', text: '' }),
    version: 'v1.0.0',
    ...options,
  });
  const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { store, url: `${url}/api/v1/services?watch=true`, cut };
}

const service = (index: number, text = ''): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: `svc-${index}`, namespace: 'default', annotations: { text } }, spec: { type: 'ClusterIP' } });

/** Lets the server write what it has. */
const aTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a watch whose client does not keep up', () => {
  it('gets no more than waits on the way, then 410 and the end; others miss nothing', async () => {
    const { cut, store, url } = await start({ maxWaiting: 1_000_000 });
    const begun = 60;
    for (let index = 0; index < begun; index += 1) store.put(resources.services, service(index, 'x'.repeat(100_000)));
    const quick = await openWatch(url);
    const chunks: Buffer[] = [];
    const ended = Promise.withResolvers<void>();
    const slow = await new Promise<IncomingMessage>((resolve, reject) => void request(url, { agent: false }, resolve).once('error', reject).end());
    slow.pause();
    let sent = 0;
    while (cut.length === 0) {
      store.put(resources.services, service(begun, String((sent += 1)).padEnd(100_000, '-')));
      // the quick one shares this thread with the server: it has to get its turns
      while (quick.events.length < begun + sent) await aTurn();
    }
    slow.on('data', (chunk: Buffer) => chunks.push(chunk)).once('end', () => ended.resolve()).once('error', ended.reject).resume();
    await ended.promise;
    const events = Buffer.concat(chunks).toString('utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; object: { code?: number; metadata: { name?: string } } });
    expect(events.length).toBeLessThan(begun + sent);
    expect(events[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'svc-0' } } });
    expect(events.at(-1)).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    await eventually(() => expect(quick.events).toHaveLength(begun + sent));
    expect(cut).toEqual(['services']);
    quick.close();
  });
});

describe('a watch that begins with more than may wait', () => {
  it('gets it whole all the same', async () => {
    const { cut, store, url } = await start({ maxWaiting: 10_000 });
    for (let index = 0; index < 20; index += 1) store.put(resources.services, service(index, 'x'.repeat(100_000)));
    const watch = await openWatch(url);
    await eventually(() => expect(watch.events).toHaveLength(20));
    expect(cut).toEqual([]);
    watch.close();
  });
});

describe('lists that nobody reads', () => {
  const LIST = 8 * 1_000_000;

  /** More than the system itself keeps for a connection. */
  async function startWithLongList(options: Partial<ReadServerOptions>): Promise<string> {
    const { store, url } = await start(options);
    for (let index = 0; index < LIST / 100_000; index += 1) store.put(resources.services, service(index, 'x'.repeat(100_000)));
    return url.replace('?watch=true', '');
  }

  const leaveUnread = (url: string): Promise<IncomingMessage> => new Promise((resolve, reject) => void request(url, { agent: false }, (response) => resolve(response.pause())).once('error', reject).end());

  it('are refused with 429 where too many wait, until one has gone', async () => {
    const url = await startWithLongList({ unreadAnswers: { maxBytes: 1_000_000 } });
    const unread = await leaveUnread(url);
    const refused = await ask(url);
    expect([refused.code, refused.headers['retry-after'], refused.body.reason]).toEqual([429, '1', 'TooManyRequests']);
    unread.destroy();
    await eventually(async () => expect((await ask(`${url}?limit=1`)).code).toBe(200));
  });

  it('are cut after a while', async () => {
    const url = await startWithLongList({ unreadAnswers: { maxBytes: 1_000_000, stallMs: 50 } });
    const unread = await leaveUnread(url);
    const ended = new Promise((resolve) => void unread.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code)).once('end', () => resolve('end')));
    // what it held is free again although it has neither read nor gone
    await eventually(async () => expect((await ask(`${url}?limit=1`)).code).toBe(200));
    unread.resume();
    expect(await ended).toBe('ECONNRESET');
  });
});

describe('100 watches', () => {
  const CHANGES = 300;

  it('lose none of many changes, each of which becomes JSON once', async () => {
    const { store, url } = await start();
    const watches = await Promise.all(Array.from({ length: 100 }, () => openWatch(url)));
    let counted = 0;
    const spied = { toJSON: () => ((counted += 1), 'counted') };
    for (let change = 0; change < CHANGES; change += 1) {
      store.put(resources.services, { ...service(change % 50, String(change)), spec: Object.freeze({ type: 'ClusterIP', externalName: Object.freeze(spied) }) as unknown as Service['spec'] });
      if (change % 10 === 0) await aTurn();
    }
    await eventually(() => expect(watches.map(({ events }) => events.length)).toEqual(Array(100).fill(CHANGES)), { timeoutMs: 30_000 });
    expect(counted).toBe(CHANGES);
    for (const { events } of watches) expect(events.map(({ object }) => Number(object.metadata.annotations?.text))).toEqual(Array.from({ length: CHANGES }, (_, change) => change));
    for (const watch of watches) watch.close();
  });
});
