import vm from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { BugError, errorMessage, isAbortError, isError, McsError, systemErrorCode, toMcsError } from '../../../src/base/errors.ts';

const withCode = (code: string, cause?: unknown): Error => Object.assign(new Error(code, { cause }), { code });

describe('McsError', () => {
  it('takes its exit code from the registry', () => {
    expect(new McsError('MCS_BROKER_UNREACHABLE', 'x').exitCode).toBe(6);
  });

  it('has no hints, details or cause unless they are given', () => {
    const error = new McsError('MCS_USAGE', 'x');
    expect([error.hints, error.details, 'cause' in error]).toEqual([[], {}, false]);
  });
});

describe('toMcsError', () => {
  it('leaves an error of ours alone', () => {
    const error = new McsError('MCS_USAGE', 'x');
    expect(toMcsError(error)).toBe(error);
  });

  it.each([
    ['an aborted operation', new DOMException('x', 'AbortError'), 'MCS_INTERRUPTED'],
    ['an unknown error', new TypeError('oops'), 'MCS_BUG'],
    ['a text', 'oops', 'MCS_BUG'],
    ['nothing', undefined, 'MCS_BUG'],
  ])('makes of %s an error with a code', (_name, thrown, code) => {
    expect(toMcsError(thrown)).toMatchObject({ code });
  });

  it('keeps what was thrown as the cause', () => {
    const thrown = new TypeError('oops');
    expect(toMcsError(thrown)).toMatchObject({ name: 'BugError', message: 'oops', cause: thrown });
    expect(toMcsError(thrown)).toBeInstanceOf(BugError);
  });
});

describe('isError', () => {
  it.each([
    ['an error', new TypeError('x'), true],
    ['an error of another realm', vm.runInNewContext("new Error('x')"), true],
    ['an object like one', { name: 'Error', message: 'x' }, false],
    ['null', null, false],
  ])('of %s', (_name, value, expected) => {
    expect(isError(value)).toBe(expected);
  });
});

describe('errorMessage', () => {
  it.each([
    [new Error('x'), 'x'],
    ['text', 'text'],
    [undefined, 'undefined'],
  ])('of %s is %s', (thrown, text) => {
    expect(errorMessage(thrown)).toBe(text);
  });
});

describe('isAbortError', () => {
  it.each([
    ['the reason of an AbortSignal', AbortSignal.abort().reason, true],
    ["Node's own", withCode('ABORT_ERR'), true],
    ['a timeout', new DOMException('x', 'TimeoutError'), false],
    ['a text', 'AbortError', false],
  ])('of %s', (_name, thrown, expected) => {
    expect(isAbortError(thrown)).toBe(expected);
  });
});

describe('systemErrorCode', () => {
  it.each([
    ['an error itself', withCode('ENOENT'), 'ENOENT'],
    ['a cause', new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }), 'ECONNREFUSED'],
    ['the cause of one of ours, whose code is no system code', new McsError('MCS_API_ERROR', 'x', { cause: withCode('ECONNRESET') }), 'ECONNRESET'],
    ['an error without any', new Error('x'), undefined],
    ['a text', 'ENOENT', undefined],
  ])('finds the code of %s', (_name, thrown, code) => {
    expect(systemErrorCode(thrown)).toBe(code);
  });
});
