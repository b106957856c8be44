import { describe, expect, it } from '@jest/globals';
import { brokerObjectName, fitName, isDnsLabel, isDnsSubdomain, joinTokenSecretName, memberAccountName, memberRenewalName, toDnsLabel } from '../../../src/api/names.ts';

const long = (length: number): string => 'a'.repeat(length);

describe('isDnsLabel', () => {
  it.each([
    ['west', true],
    ['a', true],
    ['1-2', true],
    [long(63), true],
    [long(64), false],
    ['', false],
    ['-a', false],
    ['a-', false],
    ['West', false],
    ['a.b', false],
    ['a_b', false],
    ['a\n', false],
  ])('of "%s" is %s', (text, expected) => {
    expect(isDnsLabel(text)).toBe(expected);
  });
});

describe('isDnsSubdomain', () => {
  it.each([
    ['a.b-c.d', true],
    ['a', true],
    ['a..b', false],
    ['a.', false],
    [`${long(63)}.`.repeat(3) + long(61), true],
    [`${long(63)}.`.repeat(3) + long(62), false],
  ])('of "%s" is %s', (text, expected) => {
    expect(isDnsSubdomain(text)).toBe(expected);
  });
});

describe('toDnsLabel', () => {
  it.each([
    ['admin@West_1', 'admin-west-1'],
    ['arn:aws:eks:eu/x', 'arn-aws-eks-eu-x'],
    ['--a--', 'a'],
    [`${long(62)}--b`, long(62)],
    ['', undefined],
    ['@@', undefined],
  ])('of "%s" is %s', (text, label) => {
    expect(toDnsLabel(text)).toBe(label);
  });
});

describe('fitName', () => {
  it('keeps what fits', () => {
    expect(fitName(long(63), 63)).toBe(long(63));
  });

  it('shortens to a prefix and a hash, which differs for each text', () => {
    const [a, b] = [fitName(`${long(70)}x`, 63), fitName(`${long(70)}y`, 63)];
    expect(a).toMatch(/^a{52}-[0-9a-f]{10}$/);
    expect(a).not.toBe(b);
    expect(fitName(`${long(70)}x`, 63)).toBe(a);
  });

  it('leaves no separator before the hash, so that the name stays a valid one', () => {
    expect(fitName(`${long(50)}.-.${long(50)}`, 63)).toMatch(/^a{50}-[0-9a-f]{10}$/);
  });
});

describe('brokerObjectName', () => {
  it('is name, namespace and cluster', () => {
    expect(brokerObjectName('nginx', 'shop', 'west')).toBe('nginx.shop.west');
  });

  it('keeps the cluster whole at the end, however long the name', () => {
    const name = brokerObjectName(long(250), long(63), long(63));
    expect(name).toHaveLength(253);
    expect(name.endsWith(`.${long(63)}`)).toBe(true);
  });
});

describe('names of a member on the broker', () => {
  it('have the form that the admission policy rests on', () => {
    expect([memberAccountName('west'), memberRenewalName('west'), joinTokenSecretName('t1')]).toEqual(['cluster-west', 'mcs-member-west', 'mcs-join-t1']);
  });
});
