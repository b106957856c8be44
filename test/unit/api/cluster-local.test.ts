import { describe, expect, it } from '@jest/globals';
import { formatNamespaceChoice, includesNamespace, parseNamespaceChoice, readClusterLocal } from '../../../src/api/cluster-local.ts';

describe('parseNamespaceChoice and formatNamespaceChoice', () => {
  it.each([
    ['shop,bank', 'bank,shop'],
    [' shop , bank\n', 'bank,shop'],
    ['*', '*'],
    ['shop,*', '*'],
    ['', undefined],
    ['Shop,no_name', undefined],
    [undefined, undefined],
  ])('%j is %j', (text, expected) => {
    expect(formatNamespaceChoice(parseNamespaceChoice(text))).toBe(expected);
  });
});

describe('readClusterLocal', () => {
  it('keeps the two apart, and gives nothing where nothing is said', () => {
    const { fallthrough, reflection } = readClusterLocal({ data: { reflection: 'shop' } });
    expect([includesNamespace(fallthrough, 'shop'), includesNamespace(reflection, 'shop'), includesNamespace(reflection, 'bank')]).toEqual([false, true, false]);
    expect(includesNamespace(readClusterLocal({ data: { fallthrough: '*' } }).fallthrough, 'any')).toBe(true);
    expect(includesNamespace(readClusterLocal(undefined).reflection, 'shop')).toBe(false);
  });
});
