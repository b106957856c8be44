import { describe, expect, it } from '@jest/globals';
import { formatSections, formatTable } from '../../../src/cli/sections.ts';

describe('formatTable', () => {
  it('pads to the widest cell, cuts long ones, and marks empty ones', () => {
    const text = formatTable(['NAME', 'STATE'], [['a', ''], ['longer-name', 'x'.repeat(80)]]);
    expect(text).toBe(['NAME          STATE', 'a             -', `longer-name   ${'x'.repeat(57)}...`].join('\n'));
  });
});

describe('formatSections', () => {
  const full = { title: 'Things', columns: ['NAME'], rows: [['a']], empty: 'none' };
  const bare = { title: 'Others', columns: ['NAME'], rows: [], empty: 'none here' };

  it('prints one section alone without its heading', () => {
    expect(formatSections([full])).toBe('NAME\na');
    expect(formatSections([bare])).toBe('none here');
  });

  it('prints several under their headings, indented', () => {
    expect(formatSections([full, bare])).toBe('Things\n  NAME\n  a\n\nOthers\n  none here');
  });
});
