import type { Socket } from 'node:net';
import { WANTS_STREAM } from './benchmark-server.ts';
import { connectTcp, type TcpTarget, unreachable } from './connect-tcp.ts';

export interface ThroughputOptions {
  /** Parallel TCP connections. */
  readonly streams: number;
  readonly durationMs: number;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Throughput {
  readonly bitsPerSecond: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Bytes of each stream. */
  readonly streams: readonly number[];
  /** Share of one CPU that this side spent, 0 to 1: near 1 the program was the limit, and not the network. */
  readonly cpu: number;
}

const READ_BYTES = 1024 * 1024;

/** Resolves after the time; rejects where a stream ends before. */
function receive(target: TcpTarget, sockets: readonly Socket[], durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(resolve), durationMs);
    const onAbort = (): void => finish(() => reject(signal.reason as Error));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    for (const socket of sockets) {
      socket.once('error', (error) => finish(() => reject(unreachable(target, `a stream broke: ${error.message}`, error))));
      socket.once('close', () => finish(() => reject(unreachable(target, 'a stream was closed by the other side'))));
    }
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    for (const socket of sockets) socket.write(Buffer.of(WANTS_STREAM));
  });
}

/**
 * How much of what a benchmark server sends arrives here. Throws MCS_BENCHMARK_UNREACHABLE where no
 * connection comes about, a stream breaks, or nothing arrives, and the signal's reason.
 */
export async function measureThroughput(target: TcpTarget, { connectTimeoutMs, durationMs, signal, streams }: ThroughputOptions): Promise<Throughput> {
  const received = new Array<number>(streams).fill(0);
  // what arrives is only counted, so that all streams can share one buffer
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const stop = new AbortController();
  const limit = AbortSignal.any([signal, stop.signal]);
  const connecting = received.map((_, index) => {
    const callback = (bytes: number): boolean => {
      received[index] = (received[index] ?? 0) + bytes;
      return true;
    };
    return connectTcp(target, { signal: limit, timeoutMs: connectTimeoutMs, onread: { buffer, callback } });
  });
  try {
    const sockets = await Promise.all(connecting);
    const [begun, used] = [performance.now(), process.cpuUsage()];
    await receive(target, sockets, durationMs, signal);
    return sumUp(target, [...received], { seconds: (performance.now() - begun) / 1000, used: process.cpuUsage(used) });
  } finally {
    stop.abort();
    for (const result of await Promise.allSettled(connecting)) if (result.status === 'fulfilled') result.value.on('error', () => undefined).destroy();
  }
}

function sumUp(target: TcpTarget, streams: readonly number[], { seconds, used }: { readonly seconds: number; readonly used: NodeJS.CpuUsage }): Throughput {
  const bytes = streams.reduce((sum, each) => sum + each, 0);
  if (bytes === 0) throw unreachable(target, 'the connections came about, but no data arrives: full-size packets may be lost on the way (MTU)');
  return { bitsPerSecond: (bytes * 8) / seconds, bytes, seconds, streams, cpu: (used.user + used.system) / 1e6 / seconds };
}
