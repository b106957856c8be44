import { describe, expect, it } from '@jest/globals';
import { Schedule } from '../../../src/fleet/schedule.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const BACKOFF = { baseMs: 100, capMs: 400 };

describe('Schedule', () => {
  it('is due at once, then after the interval at the latest and not before half of it', () => {
    const schedule = new Schedule(new FakeClock(), 10_000, BACKOFF);
    expect(schedule.isDue).toBe(true);
    schedule.begin();
    schedule.end(true);
    expect(schedule.delay).toBeGreaterThanOrEqual(5_000);
    expect(schedule.delay).toBeLessThanOrEqual(10_000);
  });

  it('comes sooner after failures, up to the cap, and steadily again after a success', () => {
    const schedule = new Schedule(new FakeClock(), 10_000, BACKOFF);
    const delays = [false, false, false, false, true, false].map((isWell) => {
      schedule.begin();
      schedule.end(isWell);
      return schedule.delay;
    });
    expect(delays.map((delay) => [100, 200, 400, 10_000].find((limit) => delay <= limit))).toEqual([100, 200, 400, 400, 10_000, 100]);
  });

  it('is due once more when it was asked for while it was under way', () => {
    const schedule = new Schedule(new FakeClock(), 10_000, BACKOFF);
    schedule.begin();
    schedule.hasten();
    schedule.end(true);
    expect(schedule.isDue).toBe(true);
  });
});
