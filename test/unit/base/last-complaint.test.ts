import { describe, expect, it } from '@jest/globals';
import { lastComplaint } from '../../../src/base/last-complaint.ts';

const line = (level: string, message: string, error?: unknown): string => JSON.stringify({ level, message, error });

describe('lastComplaint', () => {
  const cases: [string, string[], string | undefined][] = [
    ['an empty log', [], undefined],
    ['nothing but news', [line('info', 'Became the leader')], undefined],
    ['the last of several, with its error', [line('warn', 'first'), line('error', 'Cannot follow services', 'forbidden'), line('info', 'goes on')], 'Cannot follow services: forbidden'],
    ['an error that is no text', [line('warn', 'Cannot follow services', { code: 1 })], 'Cannot follow services'],
    ['lines of other programs', ['Node.js v24', line('warn', 'late'), '    at main'], 'late'],
  ];
  it.each(cases)('%s', (_title, lines, expected) => {
    expect(lastComplaint(lines.join('\n'))).toBe(expected);
  });
});
