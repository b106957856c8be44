import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issueServingCertificate, makeAuthority } from '../../../src/kube-serve/certificates.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const authority = makeAuthority('test-ca', NOW);
const ca = new X509Certificate(authority.cert);

describe('makeAuthority()', () => {
  it('signs itself for ten years', () => {
    expect([ca.ca, ca.subject, ca.verify(ca.publicKey), ca.validFromDate, ca.validToDate]).toEqual([true, 'CN=test-ca', true, new Date(NOW - 5 * 60_000), new Date(NOW + 3650 * 24 * 3600 * 1000)]);
  });
});

describe('issueServingCertificate()', () => {
  it('is signed by the authority for the given names and addresses', () => {
    const { cert, key } = issueServingCertificate(authority, { hosts: ['localhost', 'kubernetes.default.svc'], ips: ['127.0.0.1', 'fd00::1'], now: NOW });
    const found = new X509Certificate(cert);
    expect([found.checkIssued(ca), found.verify(ca.publicKey), found.ca, found.checkPrivateKey(createPrivateKey(key))]).toEqual([true, true, false, true]);
    expect([found.checkHost('localhost'), found.checkHost('other'), found.checkIP('127.0.0.1'), found.checkIP('fd00::1'), found.checkIP('127.0.0.2')]).toEqual(['localhost', undefined, '127.0.0.1', 'fd00::1', undefined]);
  });
});
