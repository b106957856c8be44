import { type Clock, systemClock } from '../../src/base/clock.ts';

/** A computer whose wall clock is wrong by so much; time passes there as it does elsewhere. */
export function shiftedClock(offsetMs: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + offsetMs };
}
