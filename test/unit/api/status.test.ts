import { describe, expect, it } from '@jest/globals';
import { failureStatus, isStatus } from '../../../src/api/status.ts';

describe('failureStatus', () => {
  it.each([
    ['NotFound', 404],
    ['AlreadyExists', 409],
    ['Expired', 410],
    ['Invalid', 422],
    ['TooManyRequests', 429],
    ['Timeout', 504],
  ] as const)('of %s has code %s', (reason, code) => {
    expect(failureStatus(reason, 'x')).toEqual({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message: 'x' });
  });

  it('carries details where there are any', () => {
    expect(failureStatus('Conflict', 'x', { name: 'a' })).toMatchObject({ details: { name: 'a' } });
  });
});

describe('isStatus', () => {
  it.each([
    ['a failure', failureStatus('Gone', 'x'), true],
    ['an object', { apiVersion: 'v1', kind: 'Pod' }, false],
    ['a Status of another group', { apiVersion: 'x.io/v1', kind: 'Status' }, false],
    ['null', null, false],
    ['a text', 'Status', false],
  ])('of %s', (_name, value, expected) => {
    expect(isStatus(value)).toBe(expected);
  });
});
