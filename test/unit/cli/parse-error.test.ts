import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../../src/base/errors.ts';
import { toUsageError } from '../../../src/cli/parse-error.ts';

const parseError = (message: string, more: object = {}): Error => Object.assign(new Error(message), { oclif: { exit: 2 }, ...more });

describe('toUsageError', () => {
  it('makes one line of the message of the parser, without its own hint', () => {
    const error = toUsageError(parseError('Missing 1 required arg:\nfile  The file\nSee more help with --help'), 'join');
    expect(error).toMatchObject({ code: 'MCS_USAGE', exitCode: 2, message: 'Cannot run "mcs join": Missing 1 required arg: file The file', hints: ['mcs join --help'] });
  });

  it.each([
    ['Missing 1 required arg:\nfile  The file\n\nNote: --image-override allows multiple values. Because of this ...', 'Missing 1 required arg: file The file'],
    ['The following error occurred:\n  --contexts=a cannot also be provided when using --context', '--contexts=a cannot also be provided when using --context'],
    ['Parsing --clusters \n\tExpected an integer', 'Parsing --clusters Expected an integer'],
  ])('says of %j only "%s"', (message, said) => {
    expect(toUsageError(parseError(message), 'join').message).toBe(`Cannot run "mcs join": ${said}`);
  });

  it('says of a flag of subctl what to do instead', () => {
    const error = toUsageError(parseError('Nonexistent flags', { flags: ['--bogus', '--globalnet'] }), 'join');
    expect(error).toMatchObject({ code: 'MCS_FLAG_NOT_BUILT' });
  });

  it.each([
    ['an error of ours', new McsError('MCS_API_ERROR', 'Cannot do it: no')],
    ['an error of another kind', new Error('no')],
    ['another error of oclif', Object.assign(new Error('no'), { oclif: { exit: 1 } })],
  ])('leaves %s alone', (_name, error) => {
    expect(toUsageError(error, 'join')).toBe(error);
  });
});
