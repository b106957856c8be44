import { describe, expect, it } from '@jest/globals';
import { KeyIndex } from '../../../src/sync/key-index.ts';

describe('KeyIndex', () => {
  const filled = (...entries: readonly [string, string][]): KeyIndex => {
    const index = new KeyIndex();
    for (const [value, key] of entries) index.add(value, key);
    return index;
  };

  it('has no keys of a value that was never added', () => {
    expect(filled(['a', '1']).keysOf('b')).toEqual([]);
  });

  it('keeps each key of a value once', () => {
    const index = filled(['a', '1'], ['a', '1'], ['a', '2'], ['a', '2'], ['b', '3']);
    expect(index.keysOf('a')).toEqual(['1', '2']);
    expect(index.keysOf('b')).toEqual(['3']);
    expect(index.values()).toEqual(['a', 'b']);
  });

  it('forgets a value with its last key', () => {
    const index = filled(['a', '1'], ['a', '2'], ['b', '3']);
    index.delete('a', '1');
    expect(index.keysOf('a')).toEqual(['2']);
    index.delete('a', '2');
    index.delete('b', '3');
    expect(index.values()).toEqual([]);
  });

  it('leaves a value alone when another key is deleted from it', () => {
    const index = filled(['a', '1']);
    index.delete('a', '2');
    index.delete('c', '1');
    expect(index.keysOf('a')).toEqual(['1']);
  });
});
