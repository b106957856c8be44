import { describe, expect, it } from '@jest/globals';
import { failureStatus } from '../../../src/api/status.ts';
import { McsError } from '../../../src/base/errors.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { retryingClient } from '../../../src/kube/retrying-client.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { stubClient } from '../../helpers/stub-client.ts';
import { rejection } from '../../helpers/thrown.ts';

/** A clock on which every wait is over at once; remembers how long each was. */
function instantClock(waits: number[]): Clock {
  return {
    now: () => 0,
    monotonic: () => 0,
    schedule: (callback, ms) => {
      waits.push(ms);
      queueMicrotask(callback);
      return () => undefined;
    },
  };
}

function failing(times: number, error: Error): { calls: () => number; getPath: <T>() => Promise<T> } {
  let calls = 0;
  const getPath = <T>(): Promise<T> => {
    calls += 1;
    return calls <= times ? Promise.reject(error) : Promise.resolve('answer' as T);
  };
  return { calls: () => calls, getPath };
}

const busy = (retryAfterMs?: number): ApiError => new ApiError(failureStatus('TooManyRequests', 'storage is (re)initializing'), retryAfterMs);

describe('retryingClient()', () => {
  it('asks again while the server is busy, and waits as long as it says, up to 5 s', async () => {
    const waits: number[] = [];
    const { getPath, calls } = failing(2, busy(60_000));
    expect(await retryingClient(stubClient({ getPath }), instantClock(waits)).getPath('/version')).toBe('answer');
    expect(calls()).toBe(3);
    expect(waits).toEqual([5000, 5000]);
  });

  it('backs off by itself where the server does not say', async () => {
    const waits: number[] = [];
    const { getPath } = failing(3, busy());
    await retryingClient(stubClient({ getPath }), instantClock(waits)).getPath('/version');
    expect(waits).toHaveLength(3);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(2000);
  });

  it('gives up after some tries with the error of the last', async () => {
    const { getPath, calls } = failing(100, busy(1));
    expect(await rejection(retryingClient(stubClient({ getPath }), instantClock([])).getPath('/version'))).toMatchObject({ code: 429 });
    expect(calls()).toBe(6);
  });

  it.each([
    ['a refusal', new ApiError(failureStatus('Forbidden', 'no'))],
    ['a connection that fails', new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach')],
  ])('reports %s at once', async (_title, error) => {
    const { getPath, calls } = failing(100, error);
    expect(await rejection(retryingClient(stubClient({ getPath }), instantClock([])).getPath('/version'))).toBe(error);
    expect(calls()).toBe(1);
  });
});
