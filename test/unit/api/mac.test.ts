import { describe, expect, it } from '@jest/globals';
import { macOf } from '../../../src/api/mac.ts';

describe('macOf', () => {
  it('is unicast and locally administered', () => {
    for (let index = 0; index < 64; index += 1) {
      const first = Number.parseInt(macOf('cable', 'west', `node-${index}`, '10.0.0.1').slice(0, 2), 16);
      expect(first & 0b11).toBe(0b10);
    }
  });

  it.each([
    ['scope', macOf('inner', 'west', 'node-1', '10.168.1.5')],
    ['cluster', macOf('cable', 'east', 'node-1', '10.168.1.5')],
    ['node', macOf('cable', 'west', 'node-2', '10.168.1.5')],
    ['address, also one with the same last octets', macOf('cable', 'west', 'node-1', '192.168.1.5')],
  ])('differs with the %s', (_what, other) => {
    expect(other).not.toBe(macOf('cable', 'west', 'node-1', '10.168.1.5'));
    expect(other).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  });

  it('does not take one text for two', () => {
    expect(macOf('cable', 'a', 'b-c', '10.0.0.1')).not.toBe(macOf('cable', 'a-b', 'c', '10.0.0.1'));
  });
});
