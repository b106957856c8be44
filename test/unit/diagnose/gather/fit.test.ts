import { describe, expect, it } from '@jest/globals';
import { fitFiles, formatSize, lastLines } from '../../../../src/diagnose/gather/fit.ts';

const file = (path: string, size: number): { path: string; text: string } => ({ path, text: 'x'.repeat(size) });
const lines = (path: string, count: number): { path: string; text: string } => ({ path, text: Array.from({ length: count }, (_, index) => `line ${String(index).padStart(4, '0')}\n`).join('') });
const names = ({ files }: ReturnType<typeof fitFiles>): string[] => files.map(({ path }) => path);

describe('fitFiles', () => {
  it('takes all that fits', () => {
    const fitted = fitFiles({ objects: [file('b', 10), file('a', 20)], logs: [lines('l', 1)] }, 40);
    expect(names(fitted)).toEqual(['a', 'b', 'l']);
    expect(fitted.missing).toEqual([]);
  });

  it('leaves out the largest objects first, and names them', () => {
    const fitted = fitFiles({ objects: [file('large', 100), file('small', 30), file('middle', 50)], logs: [] }, 90);
    expect(names(fitted)).toEqual(['middle', 'small']);
    expect(fitted.missing).toEqual([{ what: 'large', reason: 'too large: 100 bytes' }]);
  });

  it('prefers the answers that every check begins with to lists of objects', () => {
    expect(names(fitFiles({ objects: [file('objects/pods.json', 10), file('paths.json', 80)], logs: [] }, 85))).toEqual(['paths.json']);
  });

  it('cuts long logs at their beginnings, all to the same length, and never a short one', () => {
    const fitted = fitFiles({ objects: [], logs: [lines('long', 100), lines('longer', 200), lines('short', 2)] }, 220);
    expect(fitted.files.map(({ path, text }) => [path, text.split('\n').length - 1, text.split('\n').at(-2)])).toEqual([['long', 10, 'line 0099'], ['longer', 10, 'line 0199'], ['short', 2, 'line 0001']]);
    expect(fitted.missing).toEqual([{ what: 'long', reason: 'only the last 100 bytes of 1.0 kB fit' }, { what: 'longer', reason: 'only the last 100 bytes of 2.0 kB fit' }]);
  });

  it('never exceeds the size, whatever comes', () => {
    for (const size of [0, 1, 17, 99, 1000]) {
      const fitted = fitFiles({ objects: [file('a', 40), file('b', 500)], logs: [lines('l', 5), lines('m', 50), file('n', 0)] }, size);
      expect(fitted.files.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(size);
    }
  });
});

describe('lastLines', () => {
  it.each([
    ['all that fits', 'a\nb\n', 4, 'a\nb\n'],
    ['whole lines only', 'aaaa\nbb\nc\n', 6, 'bb\nc\n'],
    ['nothing of a line that is too long', 'aaaa\n', 3, ''],
    ['bytes, not characters', 'ä\nöö\n', 5, 'öö\n'],
  ])('gives %s', (_, text, size, expected) => {
    expect(lastLines(text, size)).toBe(expected);
  });
});

describe('formatSize', () => {
  it.each([[1, '1 byte'], [999, '999 bytes'], [1500, '1.5 kB'], [2_500_000, '2.5 MB']])('says %d as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
