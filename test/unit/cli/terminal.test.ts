import { describe, expect, it } from '@jest/globals';
import { describeTerminal } from '../../../src/cli/terminal.ts';

const all = { stdin: true, stdout: true, stderr: true, columns: 80 };

describe('describeTerminal', () => {
  it.each([
    ['a terminal', {}, all, { width: 80, canRedraw: true, hasColor: true, canAsk: true }],
    ['pipes', {}, {}, { width: undefined, canRedraw: false, hasColor: false, canAsk: false }],
    ['a piped result', {}, { ...all, stdout: false }, { width: undefined, canRedraw: true, hasColor: false, canAsk: true }],
    ['piped input', {}, { ...all, stdin: false }, { width: 80, canRedraw: true, hasColor: true, canAsk: false }],
    ['NO_COLOR', { NO_COLOR: '1' }, all, { width: 80, canRedraw: true, hasColor: false, canAsk: true }],
    ['an empty NO_COLOR', { NO_COLOR: '' }, all, { width: 80, canRedraw: true, hasColor: true, canAsk: true }],
    ['TERM=dumb', { TERM: 'dumb' }, all, { width: 80, canRedraw: false, hasColor: false, canAsk: true }],
    ['CI', { CI: 'true' }, all, { width: 80, canRedraw: false, hasColor: true, canAsk: false }],
    ['CI=false', { CI: 'false' }, all, { width: 80, canRedraw: true, hasColor: true, canAsk: true }],
  ])('of %s', (_name, env, streams, expected) => {
    expect(describeTerminal(env, streams)).toEqual(expected);
  });
});
