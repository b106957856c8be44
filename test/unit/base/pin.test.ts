import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { caPin, caPins, isSameAuthority, joinAuthorities, sharesAuthority } from '../../../src/base/pin.ts';
import { GOLDEN_INFO, readFixture } from '../../fixtures/broker-info/golden.ts';
import { createTestAuthority } from '../../helpers/test-certificates.ts';
import { thrown } from '../../helpers/thrown.ts';

const golden = readFixture('ca.pem');
const [old, next, other] = ['old', 'next', 'other'].map((name) => createTestAuthority(name).ca) as [string, string, string];

describe('caPin', () => {
  it('is the SHA-256 of the SPKI, as openssl computes it', () => {
    expect(caPin(golden)).toBe(GOLDEN_INFO.caPin);
    const spki = new X509Certificate(old).publicKey.export({ type: 'spki', format: 'der' });
    expect(caPin(old)).toBe(`sha256:${createHash('sha256').update(spki).digest('hex')}`);
  });

  it('depends on the key alone, not on how the PEM is written', () => {
    expect(caPin(new X509Certificate(golden).toString())).toBe(caPin(`# our authority\n${golden}\n`));
  });

  it('is empty without an authority, which stands for the trust store of the system', () => {
    expect([caPin(''), caPins('')]).toEqual(['', []]);
  });

  it('throws for a text that is no certificate', () => {
    expect(thrown(() => caPins('no'))).toHaveProperty('code');
  });
});

describe('caPins', () => {
  it('gives the pin of every authority once, in order', () => {
    expect(caPins(`${old}${next}${old}`)).toEqual([caPin(old), caPin(next)]);
  });
});

describe('sharesAuthority and isSameAuthority', () => {
  it.each<[string, string, string, boolean, boolean]>([
    ['the same one', old, old, true, true],
    ['others', old, other, false, false],
    ['a bundle that holds it', old, `${next}${old}`, true, false],
    ['the same bundle in another order', `${old}${next}`, `${next}${old}`, true, true],
    ['bundles with one in common', `${old}${next}`, `${next}${other}`, true, false],
    ['the trust store of the system twice', '', '', true, true],
    ['the trust store of the system and an authority', '', old, false, false],
  ])('compare %s', (_name, a, b, shares, isSame) => {
    expect([sharesAuthority(a, b), sharesAuthority(b, a)]).toEqual([shares, shares]);
    expect([isSameAuthority(a, b), isSameAuthority(b, a)]).toEqual([isSame, isSame]);
  });
});

describe('joinAuthorities', () => {
  it('adds what is missing, and nothing twice', () => {
    expect(caPins(joinAuthorities(old, next))).toEqual([caPin(old), caPin(next)]);
    expect(joinAuthorities(joinAuthorities(old, next), `${next}${old}`)).toBe(joinAuthorities(old, next));
  });
});
