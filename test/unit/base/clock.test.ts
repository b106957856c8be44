import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { sleep, systemClock } from '../../../src/base/clock.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { rejection } from '../../helpers/thrown.ts';

describe('sleep', () => {
  it('resolves when the time is over, and not before', async () => {
    const clock = new FakeClock();
    let isOver = false;
    void sleep(clock, 1000).then(() => (isOver = true));
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });

  it('rejects with the reason of the signal, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const slept = sleep(clock, 1000, stop.signal);
    stop.abort(new Error('enough'));
    expect(await rejection(slept)).toMatchObject({ message: 'enough' });
    expect(clock.pending).toBe(0);
  });

  it('does not begin after the signal', async () => {
    const clock = new FakeClock();
    expect(await rejection(sleep(clock, 1000, AbortSignal.abort(new Error('before'))))).toMatchObject({ message: 'before' });
    expect(clock.pending).toBe(0);
  });

  it('leaves no listener on the signal', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const slept = sleep(clock, 1000, signal);
    await clock.advance(1000);
    await slept;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('systemClock', () => {
  it('calls back once, and not after it was cancelled', async () => {
    const calls: string[] = [];
    const cancel = systemClock.schedule(() => calls.push('cancelled'), 0);
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.schedule(() => {
        calls.push('kept');
        resolve();
      }, 1);
    });
    expect(calls).toEqual(['kept']);
  });

  it('never goes backwards', () => {
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });
});
