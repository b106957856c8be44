import { describe, expect, it } from '@jest/globals';
import { editDistance, nearestName } from '../../../src/base/nearest-name.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['west', 'wset', 2],
  ])('%s and %s differ by %s', (a, b, distance) => {
    expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
  });
});

describe('nearestName', () => {
  it.each([
    { mistyped: 'claster0', known: ['cluster0', 'cluster1'], nearest: 'cluster0' },
    { mistyped: 'WEST', known: ['east-1', 'west'], nearest: 'west' },
    { mistyped: 'production', known: ['west', 'east'], nearest: undefined },
    { mistyped: 'west', known: [], nearest: undefined },
  ])('of $mistyped in $known is $nearest', ({ mistyped, known, nearest }) => {
    expect(nearestName(mistyped, known)).toBe(nearest);
  });
});
