import { describe, expect, it } from '@jest/globals';
import { backoffDelay, retry, type RetryOptions } from '../../../src/base/retry.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { rejection } from '../../helpers/thrown.ts';

const backoff = { baseMs: 100, capMs: 1000 };

describe('backoffDelay', () => {
  it.each([
    [0, 0, 50],
    [0, 1, 100],
    [1, 1, 200],
    [3, 1, 800],
    [4, 1, 1000],
    [5000, 1, 1000],
    [5000, 0, 500],
  ])('before retry %s with random %s is %s ms', (attempt, random, ms) => {
    expect(backoffDelay(attempt, backoff, () => random)).toBe(ms);
  });
});

describe('retry', () => {
  /** Runs an operation that fails `failures` times, with all the time in the world. */
  async function attempt(failures: number, more: Partial<RetryOptions> = {}): Promise<{ tries: number; result: unknown; waited: number }> {
    const clock = new FakeClock();
    let tries = 0;
    const operation = (): Promise<string> => {
      tries += 1;
      return tries <= failures ? Promise.reject(new Error(`failure ${tries}`)) : Promise.resolve('done');
    };
    const running = retry(operation, { backoff, attempts: 4, clock, ...more }).catch((error: unknown) => error);
    const begun = clock.monotonic();
    for (let step = 0; step < 100 && (step === 0 || clock.pending > 0); step += 1) await clock.advance(100);
    return { tries, result: await running, waited: clock.monotonic() - begun };
  }

  it('gives the first success', async () => {
    expect(await attempt(2)).toMatchObject({ tries: 3, result: 'done' });
  });

  it('throws the last error when it runs out of tries', async () => {
    expect(await attempt(9)).toMatchObject({ tries: 4, result: expect.objectContaining({ message: 'failure 4' }) });
  });

  it('does not try again what fails for good', async () => {
    expect(await attempt(9, { isTransient: () => false })).toMatchObject({ tries: 1, result: expect.objectContaining({ message: 'failure 1' }) });
  });

  it('waits as long as the failure itself asks for', async () => {
    expect(await attempt(1, { delayOf: () => 3000 })).toMatchObject({ tries: 2, waited: 3000 });
  });

  it('calls nothing after the signal', async () => {
    let tries = 0;
    const operation = (): Promise<void> => {
      tries += 1;
      return Promise.resolve();
    };
    expect(await rejection(retry(operation, { backoff, attempts: 4, signal: AbortSignal.abort(new Error('stopped')) }))).toMatchObject({ message: 'stopped' });
    expect(tries).toBe(0);
  });

  it('ends a wait with the signal', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const running = rejection(retry(() => Promise.reject(new Error('no')), { backoff, attempts: 4, clock, signal: stop.signal }));
    await clock.advance(0);
    stop.abort(new Error('stopped'));
    expect(await running).toMatchObject({ message: 'stopped' });
    expect(clock.pending).toBe(0);
  });
});
