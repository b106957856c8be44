import type { ClusterAccess } from './client.ts';
import { createHttpTransport } from './http-transport.ts';

export interface ServerDateOptions {
  readonly userAgent: string;
  /** Longest time for connection and answer, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface ServerDate {
  /** HTTP status of the answer: any of them has a date. */
  readonly status: number;
  /** How far the server's clock is ahead of ours, ms, to about a second; undefined where it does not tell. */
  readonly offsetMs?: number;
}

/** An HTTP date is cut to whole seconds. */
const HALF_RESOLUTION_MS = 500;

/** Asks an API server for the time, by the Date header of any answer. Throws what the transport throws. */
export async function readServerDate(access: ClusterAccess, { userAgent, timeoutMs, signal, now }: ServerDateOptions): Promise<ServerDate> {
  const transport = createHttpTransport(access, { userAgent, requestTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs, watchIdleMs: timeoutMs, maxConnections: 1 });
  try {
    await access.headers(); // a plugin's time is not the network's
    const begun = now();
    const exchange = await transport.send({ method: 'GET', path: '/version', signal });
    const { statusCode = 0, headers } = exchange.response;
    exchange.end();
    const date = Date.parse(headers.date ?? '');
    const middle = (begun + now()) / 2;
    return { status: statusCode, ...(!Number.isNaN(date) && { offsetMs: Math.round(date + HALF_RESOLUTION_MS - middle) }) };
  } finally {
    transport.close();
  }
}
