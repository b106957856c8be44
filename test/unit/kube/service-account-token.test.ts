import { describe, expect, it } from '@jest/globals';
import { findKubeconfigToken, readServiceAccountToken } from '../../../src/kube/service-account-token.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

function jwt(issuedAt: number, lifeMs: number, sub = 'system:serviceaccount:mcs-mirror:reader'): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'RS256' })}.${encode({ sub, iat: issuedAt / 1000, exp: (issuedAt + lifeMs) / 1000 })}.sig`;
}

function kubeconfig(token: string, server = 'https://west:6443'): string {
  return `# kept as it is\napiVersion: v1\nclusters: [{name: west, cluster: {server: "${server}"}}]\nusers:\n  - {name: other, user: {token: static}}\n  - {name: reader, user: {token: ${token}}}\ncontexts: [{name: west, context: {cluster: west, user: reader}}]\ncurrent-context: west\n`;
}

describe('readServiceAccountToken()', () => {
  it.each([
    ['a static token', 'abc'],
    ['a token with two dots that is no JWT', 'a.b.c'],
    ["another issuer's token", jwt(START, HOUR, 'jane@example.com')],
    ['an endless token of a Secret', `x.${Buffer.from('{"sub":"system:serviceaccount:a:b"}').toString('base64url')}.y`],
  ])('takes %s for none', (_what, token) => {
    expect(readServiceAccountToken(token)).toBeUndefined();
  });

  it('reads whose it is and how long it lives, of the context that is meant', () => {
    const token = jwt(START, HOUR);
    expect(findKubeconfigToken({ text: kubeconfig(token) })).toEqual({ token, namespace: 'mcs-mirror', account: 'reader', issuedAt: START, expiresAt: START + HOUR });
    expect(findKubeconfigToken({ text: kubeconfig(token), context: 'absent' })).toBeUndefined();
    expect(findKubeconfigToken({ text: ': no: yaml: [' })).toBeUndefined();
  });
});
