import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../src/api/types/index.ts';
import { renewalTime } from '../../../src/base/renewal-timer.ts';
import { isSameBroker, readCredential, renewedData } from '../../../src/broker-info/member-credential.ts';

const FIELDS: Record<string, string> = {
  server: 'https://broker:6443',
  ca: '',
  namespace: 'submariner-k8s-broker',
  clusterID: 'east',
  token: 'secret',
  issuedAt: '2026-01-01T00:00:00Z',
  expiresAt: '2026-01-08T00:00:00Z',
};

function secret(fields: Record<string, string>): Secret {
  const data = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mcs-broker' }, data };
}

describe('readCredential', () => {
  it('reads what join wrote', () => {
    expect(readCredential(secret(FIELDS))).toMatchObject({ server: 'https://broker:6443', clusterID: 'east', expiresAt: Date.parse('2026-01-08T00:00:00Z') });
  });

  it.each(['server', 'namespace', 'clusterID', 'token', 'issuedAt', 'expiresAt'])('is undefined without %s', (field) => {
    const { [field]: _left, ...rest } = FIELDS;
    expect(readCredential(secret(rest))).toBeUndefined();
  });

  it('is undefined with certificates that cannot be read', () => {
    expect(readCredential(secret({ ...FIELDS, ca: 'PEM' }))).toBeUndefined();
  });

  it('is renewed at a third of its life', () => {
    const credential = readCredential(secret({ ...FIELDS, expiresAt: '2026-01-04T00:00:00Z' }));
    expect(credential && new Date(renewalTime(credential)).toISOString()).toBe('2026-01-02T00:00:00.000Z');
  });

  it('reads back what a renewal writes', () => {
    const renewed = renewedData('new', Date.parse('2026-02-01T00:00:00Z'), '2026-02-08T00:00:00Z');
    const base = secret(FIELDS);
    const credential = readCredential({ ...base, data: { ...base.data, ...renewed } });
    expect(credential).toMatchObject({ token: 'new', issuedAt: Date.parse('2026-02-01T00:00:00Z'), expiresAt: Date.parse('2026-02-08T00:00:00Z') });
  });

  it('tells a renewed token from another broker', () => {
    const [a, b, c] = [FIELDS, { ...FIELDS, token: 'new' }, { ...FIELDS, server: 'https://other' }].map((fields) => readCredential(secret(fields)));
    if (!a || !b || !c) throw new Error('unreadable');
    expect([isSameBroker(a, b), isSameBroker(a, c)]).toEqual([true, false]);
  });
});
