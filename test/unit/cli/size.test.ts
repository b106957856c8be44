import { describe, expect, it } from '@jest/globals';
import { parseSize } from '../../../src/cli/size.ts';

describe('parseSize', () => {
  it.each([['500kB', 500_000], ['200MB', 200_000_000], ['1gb', 1_000_000_000]])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '200', 'MB', '1.5MB', '-1MB', '0MB', '1 MB', '1TB'])('refuses "%s"', (text) => {
    expect(() => parseSize(text)).toThrow(expect.objectContaining({ code: 'MCS_USAGE' }));
  });
});
