import { describe, expect, it } from '@jest/globals';
import { Turnstile } from '../../../src/fleet/turnstile.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

describe('Turnstile', () => {
  it('lets in so many at a time, in order, and the next one when one leaves or has been in for too long', async () => {
    const clock = new FakeClock();
    const turnstile = new Turnstile(clock, 2, 1_000);
    const entered: number[] = [];
    const turns = [0, 1, 2, 3, 4].map((number) =>
      turnstile.enter().then((leave) => {
        entered.push(number);
        return leave;
      }),
    );
    await clock.advance(0);
    expect(entered).toEqual([0, 1]);
    const leave = await turns[0];
    leave?.();
    leave?.(); // a turn ends once
    await clock.advance(0);
    expect(entered).toEqual([0, 1, 2]);
    await clock.advance(1_000);
    expect(entered).toEqual([0, 1, 2, 3, 4]);
  });
});
