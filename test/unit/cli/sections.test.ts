import { describe, expect, it } from '@jest/globals';
import { formatSections, formatTable } from '../../../src/cli/sections.ts';

describe('formatTable', () => {
  const rows = [['a', ''], ['longer-name', 'x'.repeat(300)]];

  it('pads to the widest cell, marks empty ones, and loses nothing where no terminal sets a width', () => {
    expect(formatTable(['NAME', 'STATE'], rows)).toBe(['NAME          STATE', 'a             -', `longer-name   ${'x'.repeat(300)}`].join('\n'));
  });

  it('cuts the widest cells where a terminal is too narrow', () => {
    expect(formatTable(['NAME', 'STATE'], rows, 40)).toBe(['NAME          STATE', 'a             -', `longer-name   ${'x'.repeat(23)}...`].join('\n'));
  });

  it.each([
    [80, 80],
    [60, 60],
    [20, 54],
  ])('is in a terminal of %i columns %i wide: below 16 no column is made narrower', (width, expected) => {
    const wide = ['a', 'b', 'c'].map((letter) => letter.repeat(60));
    expect(Math.max(...formatTable(['A', 'B', 'C'], [wide], width).split('\n').map((line) => line.length))).toBeLessThanOrEqual(expected);
  });
});

describe('formatSections', () => {
  const full = { title: 'Things', columns: ['NAME'], rows: [['a']], empty: 'none' };
  const bare = { title: 'Others', columns: ['NAME'], rows: [], empty: 'none here' };

  it('prints one section alone without its heading', () => {
    expect(formatSections([full])).toBe('NAME\na');
    expect(formatSections([bare])).toBe('none here');
  });

  it('counts the indentation into the width', () => {
    const long = { ...full, rows: [['x'.repeat(100)]] };
    expect(formatSections([long, bare], 50).split('\n')[2]).toHaveLength(50);
  });

  it('prints several under their headings, indented', () => {
    expect(formatSections([full, bare])).toBe('Things\n  NAME\n  a\n\nOthers\n  none here');
  });
});
