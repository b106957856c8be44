import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { McsError } from '../../../src/base/errors.ts';
import { errorFormatOf, errorToData, formatError, printError } from '../../../src/cli/print-error.ts';

const error = new McsError('MCS_CIDR_OVERLAP', 'Cannot join as "west": ranges overlap', { hints: ['mcs show networks', 'mcs leave'], details: { other: 'east' } });
const data = { error: { code: 'MCS_CIDR_OVERLAP', message: 'Cannot join as "west": ranges overlap', hints: ['mcs show networks', 'mcs leave'], details: { other: 'east' }, exitCode: 1 } };

async function printed(thrown: unknown, format: 'text' | 'json' | 'yaml'): Promise<{ out: string; err: string; exitCode: number }> {
  const texts = { out: '', err: '' };
  const exitCode = await printError(thrown, format, { out: (text) => (texts.out += text), err: (text) => (texts.err += text), self: 'mcs' });
  return { ...texts, exitCode };
}

describe('errorToData', () => {
  it('has code, message, hints, details and exit code', () => {
    expect(errorToData(error)).toEqual(data);
  });

  it('leaves empty details out', () => {
    expect(errorToData(new McsError('MCS_USAGE', 'x')).error).not.toHaveProperty('details');
  });
});

describe('formatError', () => {
  it('has the message, each hint, and where to read more', () => {
    expect(formatError(error, 'mcs')).toBe(
      ['Error: Cannot join as "west": ranges overlap', '  Try: mcs show networks', '  Try: mcs leave', '  MCS_CIDR_OVERLAP (docs/errors.md#mcs_cidr_overlap)'].join('\n'),
    );
  });

  it('has hints as they are typed in this shell', () => {
    expect(formatError(error, 'npx mcs').split('\n')).toContain('  Try: npx mcs show networks');
  });

  it('shows a stack for a fault of ours only', () => {
    expect(formatError(error, 'mcs')).not.toContain('print-error.test.ts');
    expect(formatError(new McsError('MCS_BUG', 'oops', { cause: new TypeError('inner') }), 'mcs')).toMatch(/Please report it.*\nTypeError: inner\n.*print-error\.test\.ts/s);
  });
});

describe('errorFormatOf', () => {
  it.each([
    [['show', '-o', 'json'], 'json'],
    [['show', '-ojson'], 'json'],
    [['show', '--output=yaml'], 'yaml'],
    [['show', '--output', 'yaml', '--bogus'], 'yaml'],
    [['show', '-o', 'table'], 'text'],
    [['show', '-o'], 'text'],
    [['show', '--name', 'json'], 'text'],
    [[], 'text'],
  ])('of %j is %s', (argv, format) => {
    expect(errorFormatOf(argv)).toBe(format);
  });
});

describe('printError', () => {
  it('writes text to stderr, and nothing to stdout', async () => {
    expect(await printed(error, 'text')).toEqual({ out: '', err: `${formatError(error, 'mcs')}\n`, exitCode: 1 });
  });

  it('writes JSON and YAML to stdout, and nothing to stderr', async () => {
    const [json, yaml] = [await printed(error, 'json'), await printed(error, 'yaml')];
    expect([JSON.parse(json.out), parse(yaml.out)]).toEqual([data, data]);
    expect([json.err, yaml.err]).toEqual(['', '']);
  });

  it('takes anything that is thrown', async () => {
    expect(await printed('a text', 'json')).toMatchObject({ exitCode: 1, out: expect.stringContaining('MCS_BUG') });
    expect(await printed(new DOMException('x', 'AbortError'), 'text')).toMatchObject({ exitCode: 130 });
  });
});
