import { describe, expect, it } from '@jest/globals';
import { caPinOf } from '../../../src/broker-info/index.ts';
import { GOLDEN_INFO, readFixture } from '../../fixtures/broker-info/golden.ts';

describe('caPinOf', () => {
  it('is the SHA-256 of the SPKI, as openssl computes it', () => {
    expect(caPinOf(readFixture('ca.pem'))).toBe(GOLDEN_INFO.caPin);
  });

  it('is empty without a certificate authority', () => {
    expect(caPinOf('')).toBe('');
  });
});
