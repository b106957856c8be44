import { describe, expect, it } from '@jest/globals';
import { summarize } from '../../../src/probe/statistics.ts';

describe('summarize', () => {
  it('gives extremes, mean, deviation of the population, and percentiles by nearest rank', () => {
    expect(summarize([9, 2, 4, 4, 5, 4, 7, 5])).toEqual({ count: 8, min: 2, mean: 5, max: 9, stddev: 2, p50: 4, p95: 9, p99: 9 });
    const hundred = summarize(Array.from({ length: 100 }, (_, index) => 100 - index));
    expect([hundred?.p50, hundred?.p95, hundred?.p99]).toEqual([50, 95, 99]);
  });

  it('has one value for everything, and none for nothing', () => {
    expect(summarize([3])).toEqual({ count: 1, min: 3, mean: 3, max: 3, stddev: 0, p50: 3, p95: 3, p99: 3 });
    expect(summarize([])).toBeUndefined();
  });
});
