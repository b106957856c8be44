import { describe, expect, it } from '@jest/globals';
import type { ClusterAccess } from '../../../src/kube/client.ts';
import { ReplaceableAccess } from '../../../src/kube/replaceable-access.ts';

const access = (token: string, more: Partial<ClusterAccess> = {}): ClusterAccess => ({ server: 'https://w', tls: { ca: 'CA', cert: token, key: token }, headers: () => Promise.resolve({ Authorization: token }), ...more });

describe('ReplaceableAccess', () => {
  it('takes another credential for the same server, with connections of its own', async () => {
    const replaceable = new ReplaceableAccess(access('a'), () => undefined);
    const first = await replaceable.connection();
    expect(await replaceable.connection()).toBe(first);
    expect(replaceable.replace(access('b'))).toBe(true);
    expect(await replaceable.headers()).toEqual({ Authorization: 'b' });
    const second = await replaceable.connection();
    expect(second.tls).toEqual({ ca: 'CA', cert: 'b', key: 'b' });
    expect(await replaceable.connection()).toBe(second);
  });

  it.each([
    ['another server', { server: 'https://other' }],
    ['another authority', { tls: { ca: 'other' } }],
    ['another name', { tls: { ca: 'CA', servername: 'n' } }],
    ['no verification', { tls: { ca: 'CA', rejectUnauthorized: false } }],
  ])('does not follow to %s', async (_what, more) => {
    const replaceable = new ReplaceableAccess(access('a'), () => undefined);
    expect(replaceable.replace(access('b', more))).toBe(false);
    expect(await replaceable.headers()).toEqual({ Authorization: 'a' });
  });

  it('tells of a credential that was not accepted', () => {
    let told = 0;
    const replaceable = new ReplaceableAccess(access('a', { onUnauthorized: () => 'expired' }), () => (told += 1));
    expect([replaceable.onUnauthorized(), told]).toEqual(['expired', 1]);
  });
});
