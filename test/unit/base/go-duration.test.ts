import { describe, expect, it } from '@jest/globals';
import { parseGoDuration } from '../../../src/base/go-duration.ts';

describe('parseGoDuration', () => {
  it.each<[string, number | undefined]>([
    ['1.5ms', 1.5],
    ['850µs', 0.85],
    ['2s', 2_000],
    ['1m2.5s', 62_500],
    ['0s', 0],
    ['', undefined],
    ['12', undefined],
    ['fast', undefined],
  ])('takes %j for %j ms', (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });
});
