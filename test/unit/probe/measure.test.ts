import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startBenchmarkServer } from '../../../src/probe/benchmark-server.ts';
import { measureLatency } from '../../../src/probe/latency.ts';
import { measureThroughput } from '../../../src/probe/throughput.ts';

const HOST = '127.0.0.1';
const stop = new AbortController();
const options = { durationMs: 150, connectTimeoutMs: 300, signal: stop.signal };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function withServer<T>(use: (port: number) => Promise<T>): Promise<T> {
  const end = new AbortController();
  const server = await startBenchmarkServer({ host: HOST, port: 0, lifeMs: 20_000, signal: end.signal });
  try {
    return await use(server.port);
  } finally {
    end.abort();
    await server.ended;
  }
}

function listen(onConnection: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(onConnection);
  servers.push(server);
  return new Promise((resolve) => server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port)));
}

describe('measureThroughput', () => {
  it('counts what arrives over all streams', async () => {
    const { bitsPerSecond, bytes, seconds, streams } = await withServer((port) => measureThroughput({ host: HOST, port }, { ...options, streams: 3 }));
    expect(streams).toHaveLength(3);
    // more than a first write each: the sender goes on
    expect(Math.min(...streams)).toBeGreaterThan(256 * 1024);
    expect(bytes).toBe(streams.reduce((sum, each) => sum + each, 0));
    expect(bitsPerSecond).toBeCloseTo((bytes * 8) / seconds, 3);
  });

  it('says so where connections come about and carry nothing', async () => {
    const port = await listen((socket) => socket.on('error', () => undefined).resume());
    await expect(measureThroughput({ host: HOST, port }, { ...options, streams: 1 })).rejects.toMatchObject({ code: 'MCS_BENCHMARK_UNREACHABLE', message: expect.stringContaining('MTU') });
  });

  it('fails where a stream is cut', async () => {
    const port = await listen((socket) => socket.on('error', () => undefined).end());
    await expect(measureThroughput({ host: HOST, port }, { ...options, streams: 1 })).rejects.toMatchObject({ code: 'MCS_BENCHMARK_UNREACHABLE' });
  });

  it('fails where nobody listens, after its time', async () => {
    const port = await listen(() => undefined);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    await expect(measureThroughput({ host: HOST, port }, { ...options, streams: 2 })).rejects.toMatchObject({ code: 'MCS_BENCHMARK_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('ends with the reason of its signal', async () => {
    const end = new AbortController();
    await withServer(async (port) => {
      const measuring = measureThroughput({ host: HOST, port }, { ...options, durationMs: 20_000, streams: 1, signal: end.signal });
      end.abort(new Error('enough'));
      await expect(measuring).rejects.toThrow('enough');
    });
  });
});

describe('measureLatency', () => {
  it('sums up round trips without the warm-up', async () => {
    const { microseconds, transactionsPerSecond } = await withServer((port) => measureLatency({ host: HOST, port }, options));
    expect(microseconds.count).toBeGreaterThan(0);
    expect(microseconds.min).toBeGreaterThan(0);
    expect(microseconds.max).toBeGreaterThanOrEqual(microseconds.p99);
    expect(transactionsPerSecond).toBeCloseTo(1e6 / microseconds.mean, 3);
  });

  it('fails where no answer comes', async () => {
    const port = await listen((socket) => socket.on('error', () => undefined).resume());
    await expect(measureLatency({ host: HOST, port }, options)).rejects.toMatchObject({ code: 'MCS_BENCHMARK_UNREACHABLE', message: expect.stringContaining('fewer than two answers') });
  });
});

describe('startBenchmarkServer', () => {
  it('stops by itself when its life is over', async () => {
    const server = await startBenchmarkServer({ host: HOST, port: 0, lifeMs: 20, signal: stop.signal });
    await expect(server.ended).resolves.toBeUndefined();
  });
});
