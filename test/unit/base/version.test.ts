import { describe, expect, it } from '@jest/globals';
import { compareVersions } from '../../../src/base/version.ts';

describe('compareVersions()', () => {
  it.each([
    ['1.2.3', '1.2.3', 0],
    ['v1.2.3', '1.2.3', 0],
    ['1.2.3', '1.2.4', -1],
    ['1.10.0', '1.9.9', 1],
    ['2.0.0', '1.99.99', 1],
    ['1.0.0-rc.1', '1.0.0', -1],
    ['1.0.0-alpha', '1.0.0-alpha.1', -1],
    ['1.0.0-alpha.beta', '1.0.0-alpha.1', 1],
    ['1.0.0-rc.10', '1.0.0-rc.9', 1],
    ['1.0.0+build.5', '1.0.0', 0],
    ['', '0.0.1', -1],
    ['', '', 0],
  ])('orders "%s" and "%s"', (a, b, order) => {
    expect(Math.sign(compareVersions(a, b))).toBe(order);
    expect(Math.sign(compareVersions(b, a))).toBe(order === 0 ? 0 : -order);
  });
});
