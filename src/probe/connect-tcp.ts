import { connect, type OnReadOpts, type Socket } from 'node:net';
import { sleep, systemClock } from '../base/clock.ts';
import { errorMessage, McsError, systemErrorCode } from '../base/errors.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Time for all tries together, ms. */
  readonly timeoutMs: number;
  readonly onread?: OnReadOpts;
}

const RETRY: Backoff = { baseMs: 50, capMs: 1000 };

/** The error of a target that does not serve: the tunnel, a filter or the route is at fault. */
export function unreachable({ host, port }: TcpTarget, state: string, cause?: unknown): McsError {
  return new McsError('MCS_BENCHMARK_UNREACHABLE', `Cannot measure towards ${host} port ${port}: ${state}`, { hints: ['mcs show connections', 'mcs diagnose all'], cause });
}

function connectOnce({ host, port }: TcpTarget, signal: AbortSignal, onread: OnReadOpts | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, ...(onread && { onread }) });
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      finish();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void => {
      socket.destroy();
      settle(() => reject(signal.reason as Error));
    };
    socket.once('error', onError);
    socket.once('connect', () => settle(() => resolve(socket)));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Connects; a refusal is tried again, because a pod runs before its program listens. Throws MCS_BENCHMARK_UNREACHABLE, and the signal's reason. */
export async function connectTcp(target: TcpTarget, { onread, signal, timeoutMs }: ConnectOptions): Promise<Socket> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let last: unknown;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connectOnce(target, limit, onread);
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) throw unreachable(target, `no connection within ${timeoutMs / 1000} s${last === undefined ? '' : ` (${errorMessage(last)})`}`, last);
      if (systemErrorCode(error) !== 'ECONNREFUSED') throw unreachable(target, errorMessage(error), error);
      last = error;
    }
    // the limit itself is reported by the next try
    await sleep(systemClock, backoffDelay(attempt, RETRY), limit).catch(() => undefined);
  }
}
