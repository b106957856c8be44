import { describe, expect, it } from '@jest/globals';
import { hostPort } from '../../../src/base/host-port.ts';

describe('hostPort()', () => {
  it.each([
    ['a name', 'broker.example', 6443, 'broker.example:6443'],
    ['an IPv4 address', '192.0.2.7', 53, '192.0.2.7:53'],
    ['an IPv6 address', '2001:db8::7', '443', '[2001:db8::7]:443'],
  ])('joins %s and a port', (_what, host, port, expected) => {
    expect(hostPort(host, port)).toBe(expected);
  });
});
