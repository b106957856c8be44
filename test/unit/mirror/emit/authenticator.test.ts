import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { Authenticator, readTokens } from '../../../../src/mirror/emit/authenticator.ts';

const asks = (authorization?: string): IncomingMessage => ({ headers: authorization === undefined ? {} : { authorization }, socket: {} }) as unknown as IncomingMessage;

describe('readTokens()', () => {
  it('takes each line of each file, but for empty ones and comments', () => {
    expect(readTokens(['# west\none\r\n\n  two  \n', 'three', ''])).toEqual(['one', 'two', 'three']);
  });
});

describe('Authenticator', () => {
  it.each<[string, boolean, readonly string[], string | undefined, string | undefined]>([
    ['a right token', false, ['one', 'two'], 'Bearer two', 'system:emitter:token'],
    ['a right token in other letters of the scheme', false, ['one'], 'bearer one', 'system:emitter:token'],
    ['a wrong token', false, ['one'], 'Bearer on', undefined],
    ['no token', false, ['one'], undefined, undefined],
    ['an empty token where there are none', false, [], 'Bearer ', undefined],
    ['nobody in particular', true, [], undefined, 'system:anonymous'],
    ['any token where none is known', true, [], 'Bearer x', 'system:anonymous'],
    ['a wrong token where nobody needs one', true, ['one'], 'Bearer x', undefined],
    ['a right token where nobody needs one', true, ['one'], 'Bearer one', 'system:emitter:token'],
  ])('of %s', (_what, anonymous, tokens, authorization, name) => {
    const authenticator = new Authenticator({ anonymous });
    authenticator.setTokens(tokens);
    expect(authenticator.authenticate(asks(authorization))?.name).toBe(name);
  });

  it('tells when a token counts no longer', () => {
    const authenticator = new Authenticator({ anonymous: false });
    expect(['a', 'a,b', 'b,a', 'b', ''].map((tokens) => authenticator.setTokens(tokens.split(',')))).toEqual([false, false, false, true, true]);
  });
});
