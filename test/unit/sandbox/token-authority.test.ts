import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/types/index.ts';
import { createTokenKeys, readToken } from '../../../src/sandbox/access/jwt.ts';
import { createTokenAuthority, type TokenAuthority, type TokenRequest } from '../../../src/sandbox/access/token-authority.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const keys = createTokenKeys();
const request: TokenRequest = { namespace: 'shop', account: { name: 'a', uid: 'sa-1' }, audiences: [], expirationSeconds: 600 };

describe('createTokenAuthority', () => {
  let clock: FakeClock;
  let world: Map<string, KubeObject>;
  let authority: TokenAuthority;
  const put = (kind: string, name: string, uid: string, more: Partial<KubeObject['metadata']> = {}): void => {
    world.set(`${kind}/shop/${name}`, { apiVersion: 'v1', kind, metadata: { name, namespace: 'shop', uid, ...more } });
  };

  beforeEach(() => {
    clock = new FakeClock();
    world = new Map();
    const find = (kind: string) => (namespace: string, name: string) => world.get(`${kind}/${namespace}/${name}`);
    authority = createTokenAuthority(keys, { findServiceAccount: find('ServiceAccount'), findSecret: find('Secret'), findPod: find('Pod') }, clock);
    put('ServiceAccount', 'a', 'sa-1');
  });

  it('recognises what it issued, with user, uid and groups', () => {
    const { token, expirationTimestamp } = authority.issue(request);
    expect(authority.authenticate(token)).toMatchObject({ name: 'system:serviceaccount:shop:a', uid: 'sa-1', groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'] });
    expect(expirationTimestamp).toBe('2026-01-01T00:10:00Z');
  });

  it('refuses it from the second in which it expires', async () => {
    const { token } = authority.issue(request);
    await clock.advance(599_000);
    expect(authority.authenticate(token)).toBeDefined();
    await clock.advance(1_000);
    expect(authority.authenticate(token)).toBeUndefined();
  });

  it.each(['deleted', 'made anew', 'on its way out'])('refuses it when the ServiceAccount is %s', (what) => {
    const { token } = authority.issue(request);
    if (what === 'deleted') world.clear();
    else if (what === 'made anew') put('ServiceAccount', 'a', 'sa-2');
    else put('ServiceAccount', 'a', 'sa-1', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(authority.authenticate(token)).toBeUndefined();
  });

  it('lets a token die with the Secret that it is bound to', () => {
    put('Secret', 's', 'secret-1');
    const { token } = authority.issue({ ...request, secret: { name: 's', uid: 'secret-1' } });
    expect(authority.authenticate(token)).toBeDefined();
    put('Secret', 's', 'secret-2');
    expect(authority.authenticate(token)).toBeUndefined();
  });

  it('keeps a token of a pod until the pod is gone, also while it ends', () => {
    put('Pod', 'p', 'pod-1', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const { token } = authority.issue({ ...request, pod: { name: 'p', uid: 'pod-1' } });
    expect(authority.authenticate(token)?.extra).toMatchObject({ 'authentication.kubernetes.io/pod-name': ['p'] });
    world.delete('Pod/shop/p');
    expect(authority.authenticate(token)).toBeUndefined();
  });

  it('refuses a token for another audience, and one of another cluster', () => {
    expect(authority.authenticate(authority.issue({ ...request, audiences: ['vault'] }).token)).toBeUndefined();
    const other = createTokenAuthority(createTokenKeys(), { findServiceAccount: () => world.get('ServiceAccount/shop/a'), findSecret: () => undefined, findPod: () => undefined }, clock);
    expect(authority.authenticate(other.issue(request).token)).toBeUndefined();
  });

  it('refuses every token in which one character differs', () => {
    const { token } = authority.issue(request);
    for (let index = 0; index < token.length - 1; index += 7) {
      const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
      expect(authority.authenticate(changed)).toBeUndefined();
    }
    expect(readToken('', keys)).toBeUndefined();
    expect(readToken('a.b.c', keys)).toBeUndefined();
  });
});
