import { describe, expect, it } from '@jest/globals';
import { findNotBuilt } from '../../../src/cli/not-built.ts';

describe('findNotBuilt', () => {
  it.each([
    ['--globalnet', 'Cannot use --globalnet: '],
    ['--no-globalnet', 'Cannot use --globalnet: '],
    ['--globalnet-cidr=10.0.0.0/8', 'Cannot use --globalnet-cidr: '],
    ['--http-proxy', 'Cannot use --http-proxy: it is not built yet'],
    ['cloud', 'Cannot use "cloud": open the ports'],
  ])('names %s and what to do instead', (word, start) => {
    const error = findNotBuilt(word);
    expect(error?.code).toBe('MCS_FLAG_NOT_BUILT');
    expect(error?.message).toMatch(start);
  });

  it.each([['--natt'], ['cloudy'], ['globalnet'], ['--cloud'], ['--constructor'], ['toString'], ['']])('does not know "%s"', (word) => {
    expect(findNotBuilt(word)).toBeUndefined();
  });
});
