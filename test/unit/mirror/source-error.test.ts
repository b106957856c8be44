import { describe, expect, it } from '@jest/globals';
import { describeSourceError, SourceRefusal, withoutCredentials } from '../../../src/mirror/source-error.ts';
import { sourceSettings } from '../../helpers/mirror-set.ts';

describe('describeSourceError', () => {
  const source = sourceSettings('west', { access: { kind: 'url', url: 'https://west:6443', token: 's3cr3t' } });

  it.each([
    [new Error('you sent s3cr3t\n\n  to me'), 'you sent *** to me'],
    [new SourceRefusal('it is the target'), 'it is the target'],
    [new Error('x '.repeat(1_000)), 'x '.repeat(150)],
    [new Error('you sent eyJhbGciOi.eyJzdWIiOi.c2ln to me'), 'you sent <token> to me'],
  ])('is one line without the token', (error, expected) => {
    expect(describeSourceError(error, source, 'https://west:6443')).toBe(expected);
  });
});

it.each([
  ['https://user:pass@west:6443/base', 'https://west:6443/base'],
  ['https://west:6443', 'https://west:6443'],
  ['nonsense', 'nonsense'],
])('withoutCredentials(%j) is %j', (server, expected) => {
  expect(withoutCredentials(server)).toBe(expected);
});
