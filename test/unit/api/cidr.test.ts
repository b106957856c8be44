import { describe, expect, it } from '@jest/globals';
import { type Cidr, cidrContains, cidrsOverlap, familyOf, hostCidr, parseCidr, specialRangeOf } from '../../../src/api/cidr.ts';

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`"${text}" is no CIDR`);
  return parsed;
};

describe('familyOf', () => {
  it.each([
    ['10.0.0.1', 'IPv4'],
    ['255.255.255.255', 'IPv4'],
    ['::1', 'IPv6'],
    ['2001:db8::1', 'IPv6'],
    ['10.1', undefined],
    ['10.0.0.256', undefined],
    ['010.0.0.1', undefined],
    ['0x0a.0.0.1', undefined],
    ['fe80::1%eth0', undefined],
    ['', undefined],
    ['example', undefined],
  ])('of "%s" is %s', (text, family) => {
    expect(familyOf(text)).toBe(family);
  });
});

describe('parseCidr', () => {
  it.each([
    ['10.16.0.0/16', '10.16.0.0/16', 'IPv4'],
    [' 10.16.0.0/16 ', '10.16.0.0/16', 'IPv4'],
    ['10.16.3.4/16', '10.16.0.0/16', 'IPv4'],
    ['0.0.0.0/0', '0.0.0.0/0', 'IPv4'],
    ['10.0.0.1/32', '10.0.0.1/32', 'IPv4'],
    ['fd00::1/48', 'fd00::/48', 'IPv6'],
    ['FD00:0:0::/48', 'fd00::/48', 'IPv6'],
  ])('reads "%s" as %s', (text, canonical, family) => {
    expect(parseCidr(text)).toMatchObject({ text: canonical, family });
  });

  it.each([[''], ['10.16.0.0'], ['10.16.0.0/'], ['10.16.0.0/33'], ['10.16/16'], ['fd00::/129'], ['10.0.0.0/8/8'], ['10.0.0.0/-1'], ['10.0.0.0/1e1'], ['010.0.0.0/8'], ['a/8']])('does not take "%s"', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe('hostCidr', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1/32'],
    ['fd00::1', 'fd00::1/128'],
    ['10.0.0.0/8', undefined],
    ['x', undefined],
  ])('of "%s" is %s', (address, text) => {
    expect(hostCidr(address)?.text).toBe(text);
  });
});

describe('cidrsOverlap', () => {
  it.each([
    ['10.16.0.0/16', '10.16.0.0/16', true],
    ['10.16.0.0/16', '10.0.0.0/8', true],
    ['10.16.255.255/32', '10.16.0.0/16', true],
    ['10.16.0.0/16', '10.17.0.0/16', false],
    ['10.16.0.0/15', '10.17.0.0/16', true],
    ['0.0.0.0/0', '192.168.0.0/24', true],
    ['0.0.0.0/0', '::/0', false],
    ['fd00::/48', 'fd00:0:0:1::/64', true],
    ['fd00::/48', 'fd00:0:1::/48', false],
  ])('of %s and %s is %s, either way', (a, b, expected) => {
    expect([cidrsOverlap(cidr(a), cidr(b)), cidrsOverlap(cidr(b), cidr(a))]).toEqual([expected, expected]);
  });
});

describe('cidrContains', () => {
  it.each([
    ['10.16.0.0/16', '10.16.0.0', true],
    ['10.16.0.0/16', '10.16.255.255', true],
    ['10.16.0.0/16', '10.17.0.0', false],
    ['10.16.0.0/16', '::ffff:10.16.0.1', false],
    ['fd00::/48', 'fd00::1', true],
    ['10.16.0.0/16', 'x', false],
  ])('of %s and %s is %s', (range, address, expected) => {
    expect(cidrContains(cidr(range), address)).toBe(expected);
  });
});

describe('specialRangeOf', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['169.254.169.254', 'linkLocal'],
    ['fe80::1', 'linkLocal'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['10.0.0.1', undefined],
    ['8.8.8.8', undefined],
    ['x', undefined],
  ])('of %s is %s', (address, range) => {
    expect(specialRangeOf(address)).toBe(range);
  });
});
