import { describe, expect, it } from '@jest/globals';
import { combineExitCodes, type ExitCode } from '../../../src/base/exit-codes.ts';

describe('combineExitCodes', () => {
  it.each<[ExitCode[], ExitCode]>([
    [[], 0],
    [[0, 0], 0],
    [[0, 4], 4],
    [[1, 4], 4],
    [[4, 7], 7],
    [[7, 6], 6],
    [[6, 5], 5],
    [[5, 3], 3],
    [[3, 2], 2],
    [[2, 130], 130],
    [[0, 1, 2, 3, 4, 5, 6, 7, 130], 130],
  ])('of %j is %s, in either order', (codes, combined) => {
    expect([combineExitCodes(codes), combineExitCodes([...codes].reverse())]).toEqual([combined, combined]);
  });
});
