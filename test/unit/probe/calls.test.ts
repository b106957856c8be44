import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { type Asked, clusterDomain, isAbsence } from '../../../src/probe/calls/ask-names.ts';
import { callOnce } from '../../../src/probe/calls/call-once.ts';
import { startCallServer } from '../../../src/probe/calls/call-server.ts';
import { type CallsWorld, tryCalls } from '../../../src/probe/calls/calls.ts';
import type { CallAnswer, CallsRequest } from '../../../src/probe/calls/calls-request.ts';

const stop = new AbortController();
const servers: Server[] = [];
afterAll(() => {
  stop.abort();
  for (const server of servers) server.close();
});

const call = { host: '127.0.0.1', bytes: 3000, timeoutMs: 5000 };

/** A server that says something to each caller, and no more. */
async function speak(text: string): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined).write(text)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('callOnce', () => {
  it('gets who answers, under which address it is seen, and what it sent', async () => {
    const { port } = await startCallServer({ host: '127.0.0.1', port: 0, cluster: 'west', pod: 'web', lifeMs: 30_000, signal: stop.signal });
    expect(await callOnce({ ...call, port })).toEqual({ cluster: 'west', pod: 'web', from: '127.0.0.1', seenAs: '127.0.0.1', milliseconds: expect.any(Number) });
    expect(await callOnce({ ...call, port, bytes: 1_000_000 })).toMatchObject({ cluster: 'west' });
  });

  it.each([
    ['another program', 'HTTP/1.1 400 Bad Request\r\n', 'something else than a test server answers'],
    ['bytes that are not its own', '{"cluster":"west","pod":"web","caller":"x"}\nwrong', 'what came back is not what was sent'],
  ])('tells %s', async (_title, text, reason) => {
    expect(await callOnce({ ...call, port: await speak(text) })).toEqual({ error: expect.stringContaining(reason) });
  });

  it('tells a path that loses large packets from one that connects nobody', async () => {
    expect(await callOnce({ ...call, port: await speak('{"cluster":"west","pod":"web","caller":"x"}\n'), timeoutMs: 50 })).toEqual({ error: expect.stringContaining('0 of 3000 bytes came back') });
    const port = await speak('');
    servers.at(-1)?.close();
    expect(await callOnce({ ...call, port })).toEqual({ error: 'ECONNREFUSED' });
  });
});

const request = (more: Partial<CallsRequest>): CallsRequest => ({ questions: [], connections: [], timeoutMs: 5000, tryMs: 1000, attempts: 2, ...more });
const from = (cluster: string): CallAnswer => ({ cluster, pod: 'web', from: 'a', seenAs: 'a', milliseconds: 1 });

/** Each ask and call takes the next answer; the last one stays. */
function world({ asked = [], called = [] }: { asked?: readonly Asked[]; called?: readonly (CallAnswer | { error: string })[] }): CallsWorld & { calls: number } {
  const state = { asks: 0, calls: 0 };
  return {
    get calls() {
      return state.calls;
    },
    ask: () => Promise.resolve(asked[Math.min(state.asks++, asked.length - 1)] ?? { answers: [] }),
    call: () => Promise.resolve(called[Math.min(state.calls++, called.length - 1)] ?? { error: 'nobody' }),
    portOf: (port) => port,
    // time goes by at once
    clock: { ...systemClock, monotonic: fakeTime(), schedule: (callback) => { setImmediate(callback); return () => undefined; } },
  };
}

function fakeTime(): () => number {
  let now = 0;
  return () => (now += 100);
}

describe('tryCalls', () => {
  const question = { name: 'web', type: 'address' as const };

  it('asks until the name is there', async () => {
    const { questions } = await tryCalls(request({ questions: [{ ...question, answers: 1 }] }), world({ asked: [{ answers: [], error: 'ENOTFOUND' }, { answers: ['10.0.0.1'] }] }));
    expect(questions).toEqual([{ ok: true, answers: ['10.0.0.1'], milliseconds: expect.any(Number) }]);
  });

  it.each([
    ['ENOTFOUND', true],
    ['ENODATA', true],
    ['ESERVFAIL', false],
    ['ETIMEOUT', false],
  ])('takes %s for an absent name: %s', async (error, ok) => {
    expect(isAbsence(error)).toBe(ok);
    const { questions } = await tryCalls(request({ questions: [{ ...question, answers: 0 }] }), world({ asked: [{ answers: [], error }] }));
    expect(questions[0]?.ok).toBe(ok);
  });

  it('asks once more where the last packet was lost: what the server says tells more', async () => {
    const lossy = world({ asked: [{ answers: [], error: 'ETIMEOUT' }, { answers: [], error: 'ENOTFOUND' }] });
    expect((await tryCalls(request({ questions: [{ ...question, answers: 1 }], timeoutMs: 100 }), lossy)).questions[0]).toMatchObject({ ok: false, error: 'ENOTFOUND' });
  });

  const connection = { host: '10.0.0.1', port: 1234, bytes: 1 };

  it('calls until exactly the clusters that are awaited answer', async () => {
    const { connections } = await tryCalls(request({ connections: [{ ...connection, answeredBy: ['east'], times: 2 }] }), world({ called: [from('west'), from('east'), from('east')] }));
    expect(connections[0]).toMatchObject({ ok: true, answers: [{ cluster: 'east' }, { cluster: 'east' }] });
  });

  it('waits out a refusal, and gives up after some calls without an answer', async () => {
    const refusing = world({ called: [{ error: 'ECONNREFUSED' }, { error: 'ECONNREFUSED' }, { error: 'ECONNREFUSED' }, from('east')] });
    expect((await tryCalls(request({ connections: [{ ...connection, answeredBy: ['east'], times: 1 }] }), refusing)).connections[0]?.ok).toBe(true);
    const silent = world({ called: [{ error: 'ETIMEDOUT' }] });
    expect((await tryCalls(request({ connections: [{ ...connection, answeredBy: ['east'], times: 1 }] }), silent)).connections[0]).toMatchObject({ ok: false, error: 'ETIMEDOUT' });
    expect(silent.calls).toBe(2);
  });
});

describe('clusterDomain', () => {
  it.each([
    ['search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10', 'cluster.local'],
    ['search shop.svc.example.org svc.example.org. example.org', 'example.org'],
    ['nameserver 10.96.0.10', 'cluster.local'],
  ])('is read from the search list: %s', (text, domain) => {
    expect(clusterDomain(text)).toBe(domain);
  });
});
