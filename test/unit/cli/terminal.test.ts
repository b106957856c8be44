import { describe, expect, it } from '@jest/globals';
import { describeTerminal } from '../../../src/cli/terminal.ts';

const all = { stdin: true, stdout: true, stderr: true };

describe('describeTerminal', () => {
  it.each([
    ['a terminal', {}, all, { isOutputTTY: true, canRedraw: true, hasColor: true, canAsk: true }],
    ['pipes', {}, {}, { isOutputTTY: false, canRedraw: false, hasColor: false, canAsk: false }],
    ['a piped result', {}, { ...all, stdout: false }, { isOutputTTY: false, canRedraw: true, hasColor: false, canAsk: true }],
    ['piped input', {}, { ...all, stdin: false }, { isOutputTTY: true, canRedraw: true, hasColor: true, canAsk: false }],
    ['NO_COLOR', { NO_COLOR: '1' }, all, { isOutputTTY: true, canRedraw: true, hasColor: false, canAsk: true }],
    ['an empty NO_COLOR', { NO_COLOR: '' }, all, { isOutputTTY: true, canRedraw: true, hasColor: true, canAsk: true }],
    ['TERM=dumb', { TERM: 'dumb' }, all, { isOutputTTY: true, canRedraw: false, hasColor: false, canAsk: true }],
    ['CI', { CI: 'true' }, all, { isOutputTTY: true, canRedraw: false, hasColor: true, canAsk: false }],
    ['CI=false', { CI: 'false' }, all, { isOutputTTY: true, canRedraw: true, hasColor: true, canAsk: true }],
  ])('of %s', (_name, env, streams, expected) => {
    expect(describeTerminal(env, streams)).toEqual(expected);
  });
});
