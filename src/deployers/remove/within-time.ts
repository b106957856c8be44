import { McsError } from '../../base/errors.ts';
import type { DeployContext } from '../deploy-context.ts';

/** Of the time limit, what may go into waiting for things to end; the rest is for removing what comes after them. */
const WAITING = 0.5;

export interface TimeLimit {
  readonly timeoutMs: number;
  /** What is to be done, as in `leave the clusterset`. */
  readonly goal: string;
  /** Command that takes it up again. */
  readonly again: string;
}

/**
 * Gives the work a signal that ends with the time limit too, whatever hangs, and the point in
 * monotonic time until which it may wait for something. Throws MCS_TIMEOUT.
 */
export async function withinTime<C extends DeployContext, T>(context: C, { timeoutMs, goal, again }: TimeLimit, work: (context: C, deadline: number) => Promise<T>): Promise<T> {
  const { clock } = context;
  const limit = new AbortController();
  const cancel = clock.schedule(() => {
    const message = `Cannot ${goal} within ${Math.round(timeoutMs / 1000)} s: an API server does not answer in time`;
    limit.abort(new McsError('MCS_TIMEOUT', message, { hints: [`${again}   # again: it goes on where it stopped`, `${again} --timeout 10m`] }));
  }, timeoutMs);
  try {
    const signal = AbortSignal.any([context.signal, limit.signal]);
    return await work({ ...context, signal }, clock.monotonic() + timeoutMs * WAITING);
  } catch (error) {
    // whatever a request makes of its abort, this is why
    if (limit.signal.aborted && !context.signal.aborted) throw limit.signal.reason;
    throw error;
  } finally {
    cancel();
  }
}
