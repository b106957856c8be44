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

  it.each([80, 60, 40, 20])('is in a terminal of %i columns no wider than that', (width) => {
    const wide = ['a', 'b', 'c'].map((letter) => letter.repeat(60));
    expect(Math.max(...formatTable(['A', 'B', 'C'], [wide], width).split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('has rows under each other, and loses nothing, where columns of 16 do not fit', () => {
    const texts = ['west', `${'x'.repeat(40)} and more words than fit`, 'three'];
    const lines = formatTable(['CLUSTER', 'STATE', 'C'], [texts, texts], 30).split('\n');
    expect(lines.slice(0, 7)).toEqual(['CLUSTER  west', `STATE    ${'x'.repeat(21)}`, `         ${'x'.repeat(19)}`, '         and more words than', '         fit', 'C        three', '']);
    expect(lines).toHaveLength(13);
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
