import { describe, expect, it } from '@jest/globals';
import { credentialData } from '../../../src/broker-info/index.ts';
import { describeCredential, judgeCredential } from '../../../src/inspect/describe-credential.ts';
import { createTestAuthority } from '../../helpers/test-certificates.ts';

const time = (text: string): number => Date.parse(text);

describe('judgeCredential', () => {
  const now = time('2026-01-10T00:00:00Z');
  it.each([
    ['before its renewal', '2026-01-12T00:00:00Z', '2026-01-16T00:00:00Z', 'valid'],
    ['just after its renewal was due', '2026-01-09T23:00:00Z', '2026-01-10T23:00:00Z', 'valid'],
    ['past half of the rest', '2026-01-09T00:00:00Z', '2026-01-10T12:00:00Z', 'overdue'],
    ['ended now', '2026-01-09T00:00:00Z', '2026-01-10T00:00:00Z', 'expired'],
    ['with an end that is none', '2026-01-09T00:00:00Z', 'soon', 'unreadable'],
    ['of a Secret that is damaged elsewhere', '', '2026-01-16T00:00:00Z', 'unreadable'],
  ])('%s', (_title, renewsAt, expiresAt, expected) => {
    expect(judgeCredential({ renewsAt, expiresAt }, now)).toBe(expected);
  });
});

describe('describeCredential', () => {
  const { ca } = createTestAuthority();
  const data = credentialData({ server: 'https://b:6443', ca, namespace: 'b', clusterID: 'west', token: 'secret-token', issuedAt: time('2026-01-01T00:00:00Z'), expiresAt: time('2026-01-04T00:00:00Z') });
  const secretOf = (values: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mcs-broker' }, data: values });

  it('tells when and where, and never the token', () => {
    const described = describeCredential(secretOf(data));
    expect(described).toMatchObject({ server: 'https://b:6443', renewsAt: '2026-01-02T00:00:00.000Z', caPins: [expect.stringMatching(/^sha256:/)] });
    expect(JSON.stringify(described)).not.toContain('secret-token');
  });

  it('of a damaged Secret counts as unreadable, whatever its times are', () => {
    const described = describeCredential(secretOf({ ...data, ca: Buffer.from('no PEM').toString('base64') }));
    expect(judgeCredential(described, 0)).toBe('unreadable');
  });
});
