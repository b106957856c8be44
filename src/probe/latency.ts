import type { Socket } from 'node:net';
import { WANTS_ECHO } from './benchmark-server.ts';
import { connectTcp, type TcpTarget, unreachable } from './connect-tcp.ts';
import { summarize, type Summary } from './statistics.ts';

export interface LatencyOptions {
  readonly durationMs: number;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Latency {
  /** Time of a request and its answer, of one byte each, microseconds. */
  readonly microseconds: Summary;
  readonly transactionsPerSecond: number;
  readonly seconds: number;
}

/** Transactions that do not count: the first ones pay for routes, neighbours and compilation. */
const WARM_UP = 200;
const PING = Buffer.of(0x78);

/** Sends and awaits one byte after another until the time is up. Gives the times of all, ms. */
function pingPong(target: TcpTarget, socket: Socket, { durationMs, signal }: LatencyOptions): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let sent = performance.now();
    const timer = setTimeout(() => finish(() => resolve(times)), durationMs);
    const onAbort = (): void => finish(() => reject(signal.reason as Error));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('data', onData);
      settle();
    };
    const onData = (): void => {
      const now = performance.now();
      times.push(now - sent);
      sent = now;
      socket.write(PING);
    };
    socket.on('data', onData);
    socket.once('error', (error) => finish(() => reject(unreachable(target, `the connection broke: ${error.message}`, error))));
    socket.once('close', () => finish(() => reject(unreachable(target, 'the connection was closed by the other side'))));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    socket.write(Buffer.concat([Buffer.of(WANTS_ECHO), PING]));
  });
}

/** The transactions that count; of a slow path, which has few, all but the first. */
function withoutWarmUp(times: readonly number[]): readonly number[] {
  return times.slice(Math.min(WARM_UP, Math.floor(times.length / 10) + 1));
}

/**
 * Time of a round trip through TCP to a benchmark server. Throws MCS_BENCHMARK_UNREACHABLE where no
 * connection comes about, it breaks, or too few answers come, and the signal's reason.
 */
export async function measureLatency(target: TcpTarget, options: LatencyOptions): Promise<Latency> {
  const { connectTimeoutMs, signal } = options;
  const socket = await connectTcp(target, { signal, timeoutMs: connectTimeoutMs });
  try {
    const times = withoutWarmUp(await pingPong(target, socket, options));
    const microseconds = summarize(times.map((ms) => ms * 1000));
    if (microseconds === undefined) throw unreachable(target, `fewer than two answers within ${options.durationMs / 1000} s`);
    const seconds = (microseconds.mean * microseconds.count) / 1e6;
    return { microseconds, transactionsPerSecond: microseconds.count / seconds, seconds };
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}
