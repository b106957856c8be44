import { describe, expect, it } from '@jest/globals';
import { type FlagShapes, normalizeArgv } from '../../../src/cli/argv.ts';

const flags: FlagShapes = {
  natt: { type: 'boolean', allowNo: true },
  yes: { type: 'boolean' },
  wait: { type: 'option' },
  'use-clusterset-ip': { type: 'option' },
  name: { type: 'option' },
};

describe('normalizeArgv', () => {
  it.each([
    ['a negated flag', ['--natt=false'], ['--no-natt']],
    ['a flag set to true', ['--natt=true', '--yes=true'], ['--natt', '--yes']],
    ['false for a flag that has no negation', ['--yes=false'], []],
    ['another value of a boolean, which the parser refuses', ['--natt=maybe'], ['--natt=maybe']],
    ['an empty value of a boolean', ['--natt='], ['--natt=']],
    ['a bare --wait', ['--wait'], ['--wait=ready']],
    ['a bare --wait before a flag', ['--wait', '--yes'], ['--wait=ready', '--yes']],
    ['a bare --wait before an argument', ['--wait', 'broker-info.subm'], ['--wait=ready', 'broker-info.subm']],
    ['--wait with its value apart', ['--wait', 'none'], ['--wait', 'none']],
    ['--wait with its value', ['--wait=none'], ['--wait=none']],
    ['a bare --use-clusterset-ip', ['--use-clusterset-ip'], ['--use-clusterset-ip=true']],
    ['an option that needs a value', ['--name'], ['--name']],
    ['an option with a value of several lines', ['--name=a\nb'], ['--name=a\nb']],
    ['a flag that is not known', ['--constructor=false', '--bogus=false'], ['--constructor=false', '--bogus=false']],
    ['what follows --', ['--', '--natt=false', '--wait'], ['--', '--natt=false', '--wait']],
    ['words and short flags', ['join', '-y', 'x'], ['join', '-y', 'x']],
  ])('turns %s into what oclif understands', (_name, argv, normal) => {
    expect(normalizeArgv(argv, flags)).toEqual(normal);
  });

  it('leaves a flag of that name alone where the command has none', () => {
    expect(normalizeArgv(['--wait', '--natt=false'], {})).toEqual(['--wait', '--natt=false']);
  });
});
