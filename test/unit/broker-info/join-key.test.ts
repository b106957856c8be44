import { describe, expect, it } from '@jest/globals';
import { createJoinKey, joinKeyFingerprint, parseJoinKey } from '../../../src/broker-info/join-key.ts';

describe('createJoinKey', () => {
  it('gives 160 random bits in groups of four, without letters that are misread', () => {
    const key = createJoinKey();
    expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(parseJoinKey(key)).toHaveLength(20);
    expect(createJoinKey()).not.toBe(key);
  });

  it('writes exactly the bytes that it drew', () => {
    const bytes = Buffer.from('00ff10203040506070809ff0aabbccddeeff0102', 'hex');
    expect(parseJoinKey(createJoinKey(() => bytes))).toEqual(bytes);
  });
});

describe('parseJoinKey', () => {
  const key = createJoinKey();

  it.each([
    ['lower case', key.toLowerCase()],
    ['no dashes', key.replaceAll('-', '')],
    ['spaces and a line end', ` ${key.replaceAll('-', ' ')}\n`],
    ['O for 0 and I for 1', key.replaceAll('0', 'O').replaceAll('1', 'I')],
  ])('reads a key typed with %s', (_name, typed) => {
    expect(parseJoinKey(typed)).toEqual(parseJoinKey(key));
  });

  it.each([
    ['empty', ''],
    ['one group short', key.slice(0, -5)],
    ['one group too long', `${key}-0000`],
    ['a character that is in no key', `U${key.slice(1)}`],
    ['very long', 'A'.repeat(1_000_000)],
  ])('refuses a key that is %s', (_name, typed) => {
    expect(() => parseJoinKey(typed)).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_KEY_WRONG' }));
  });

  it('finds any one character mistyped', () => {
    const fixed = createJoinKey(() => Buffer.alloc(20, 0xa5));
    for (const [index, character] of Array.from(fixed).entries()) {
      if (character === '-') continue;
      const typed = fixed.slice(0, index) + (character === 'Z' ? '7' : 'Z') + fixed.slice(index + 1);
      expect(() => parseJoinKey(typed)).toThrow(/mistyped/);
    }
  });

  it('does not repeat the key in its message', () => {
    expect(() => parseJoinKey('SECRET-KEY')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('SECRET') }));
  });
});

describe('joinKeyFingerprint', () => {
  it('depends on the key alone, however it was typed', () => {
    const key = createJoinKey();
    expect(joinKeyFingerprint(key)).toMatch(/^[0-9a-f]{16}$/);
    expect(joinKeyFingerprint(key.toLowerCase())).toBe(joinKeyFingerprint(key));
    expect(joinKeyFingerprint(createJoinKey())).not.toBe(joinKeyFingerprint(key));
  });
});
