import { describe, expect, it } from '@jest/globals';
import { parseCidr } from '../../../src/api/cidr.ts';
import { RangeSet } from '../../../src/api/range-set.ts';

function cidr(text: string): NonNullable<ReturnType<typeof parseCidr>> {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`no CIDR: ${text}`);
  return parsed;
}

function setOf(...texts: string[]): RangeSet {
  const set = new RangeSet();
  for (const text of texts) set.add(cidr(text));
  return set;
}

describe('RangeSet', () => {
  it.each([
    ['10.1.0.0/16', false, 'the same range'],
    ['10.1.2.0/24', false, 'a part of one'],
    ['10.0.0.0/8', false, 'a whole that holds one'],
    ['10.2.0.0/16', true, 'a neighbour above'],
    ['10.0.0.0/16', true, 'a neighbour below'],
    ['10.3.255.255/32', true, 'an address between two'],
    ['fd00::/48', true, 'another family'],
  ])('add %s gives %s: %s', (text, expected) => {
    expect(setOf('10.1.0.0/16', '10.4.0.0/16').add(cidr(text))).toBe(expected);
  });

  it('add changes nothing where it gives false', () => {
    const set = setOf('10.1.0.0/16');
    set.add(cidr('10.0.0.0/8'));
    expect(set.holds('10.2.0.1')).toBe(false);
  });

  it.each([
    ['10.1.0.0', true],
    ['10.1.255.255', true],
    ['10.2.0.0', false],
    ['10.0.255.255', false],
    ['10.9.0.7', true],
    ['fd00::1', true],
    ['fd01::1', false],
    ['no address', false],
  ])('holds %s: %s', (address, expected) => {
    expect(setOf('10.9.0.0/24', '10.1.0.0/16', 'fd00::/48').holds(address)).toBe(expected);
  });

  it('answers for the ends of the whole space', () => {
    const set = setOf('0.0.0.0/0', '::/0');
    expect([set.holds('0.0.0.0'), set.holds('255.255.255.255'), set.holds('::'), set.holds('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')]).toEqual([true, true, true, true]);
  });
});
