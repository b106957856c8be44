import { describe, expect, it } from '@jest/globals';
import { parseDuration } from '../../../src/cli/duration.ts';
import { thrown } from '../../helpers/thrown.ts';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('reads %s as %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([[''], ['10'], ['s'], ['10 s'], ['-1s'], ['1.5h'], ['10sec'], ['ten s'], ['5w']])('throws MCS_USAGE for "%s", and quotes it', (text) => {
    const error = thrown(() => parseDuration(text)) as Error;
    expect(error).toMatchObject({ code: 'MCS_USAGE' });
    expect(error.message).toContain(`"${text}"`);
  });
});
