import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { RenewedKubeconfig } from '../../../src/kube/kubeconfig-renewal.ts';
import { CredentialRenewal } from '../../../src/mirror/credential-renewal.ts';
import { findAccountToken } from '../../../src/mirror/service-account-token.ts';
import type { MirrorSettings, SourceSettings } from '../../../src/mirror/settings.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

function jwt(issuedAt: number, lifeMs: number, sub = 'system:serviceaccount:mcs-mirror:reader'): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'RS256' })}.${encode({ sub, iat: issuedAt / 1000, exp: (issuedAt + lifeMs) / 1000 })}.sig`;
}

function kubeconfig(token: string, server = 'https://west:6443'): string {
  return `# kept as it is\napiVersion: v1\nclusters: [{name: west, cluster: {server: "${server}"}}]\nusers:\n  - {name: other, user: {token: static}}\n  - {name: reader, user: {token: ${token}}}\ncontexts: [{name: west, context: {cluster: west, user: reader}}]\ncurrent-context: west\n`;
}

function source(text: string, name = 'west'): SourceSettings {
  return { name, access: { kind: 'kubeconfig', text }, selection: { labelSelector: '', exportedOnly: false }, namespacePolicy: 'skip', mapping: { namespace: '{namespace}', name: '{name}' }, notReady: 'keep' };
}

function settings(...sources: SourceSettings[]): MirrorSettings {
  return { name: 'default', namespace: 'mcs-mirror', preset: 'none', sources, endpoints: false, removeNamespaces: false, sweepSeconds: 300 };
}

interface Scene {
  readonly clock: FakeClock;
  readonly renewal: CredentialRenewal;
  readonly asked: { account: string; namespace: string; seconds: number; token: string | undefined }[];
  readonly stored: RenewedKubeconfig[];
  readonly troubles: string[];
  fail: Error | undefined;
}

function scene(): Scene {
  const clock = new FakeClock(START);
  const asked: Scene['asked'] = [];
  const stored: RenewedKubeconfig[] = [];
  const troubles: string[] = [];
  const made: Scene = {
    clock,
    asked,
    stored,
    troubles,
    fail: undefined,
    renewal: new CredentialRenewal({
      connect: ({ name }) =>
        ({
          createToken: (account: string, namespace: string, { expirationSeconds }: { expirationSeconds: number }) => {
            if (made.fail !== undefined) return Promise.reject(made.fail);
            asked.push({ account, namespace, seconds: expirationSeconds, token: made.renewal.token(name) });
            return Promise.resolve({ token: jwt(clock.now(), expirationSeconds * 1000), expirationTimestamp: '' });
          },
          close: () => undefined,
        }) as unknown as KubeClient,
      store: (renewed) => {
        stored.push(renewed);
        return Promise.resolve();
      },
      onTrouble: (_source, message) => troubles.push(message),
      clock,
      random: () => 1,
      logger: silentLogger,
    }),
  };
  return made;
}

describe('findAccountToken()', () => {
  it('finds none in an access without a kubeconfig', () => {
    const token = jwt(START, HOUR);
    expect(findAccountToken({ kind: 'kubeconfig', text: kubeconfig(token) })?.token).toBe(token);
    expect(findAccountToken({ kind: 'url', url: 'https://x', token })).toBeUndefined();
  });
});

describe('CredentialRenewal', () => {
  it('renews at a third of the life, for as long again, and stores the kubeconfig with nothing but the token changed', async () => {
    const { renewal, clock, asked, stored } = scene();
    const text = kubeconfig(jwt(START, HOUR));
    renewal.adopt(settings(source(text)));
    await clock.advance(HOUR / 3 - 1000);
    expect(asked).toEqual([]);
    await clock.advance(2000);
    expect(asked).toEqual([{ account: 'reader', namespace: 'mcs-mirror', seconds: 3600, token: jwt(START, HOUR) }]);
    expect(stored).toEqual([{ replaced: text, text: kubeconfig(renewal.token('west') ?? '') }]);
    await clock.advance(HOUR / 3 + 1000);
    expect(asked).toHaveLength(2);
    await renewal.stop();
    await clock.advance(HOUR);
    expect(asked).toHaveLength(2);
  });

  it('gives the mirror the access that it had when only the token changed, and speaks with the new one', async () => {
    const { renewal, clock, stored } = scene();
    const text = kubeconfig(jwt(START, HOUR));
    const before = renewal.adopt(settings(source(text)));
    await clock.advance(HOUR / 3 + 1000);
    const after = renewal.adopt(settings(source(stored[0]?.text ?? '')));
    expect(after).toEqual(before);
    const headers = await renewal.withCurrentToken('west', { server: 'https://west:6443', tls: {}, headers: () => Promise.resolve({ Authorization: 'Bearer old', Other: 'x' }) }).headers();
    expect(headers).toEqual({ Authorization: `Bearer ${renewal.token('west') ?? ''}`, Other: 'x' });
    expect(renewal.token('west')).not.toBe(jwt(START, HOUR));
    await renewal.stop();
  });

  it.each([
    ['another server', () => kubeconfig(jwt(START, HOUR), 'https://elsewhere:6443')],
    ['another account', () => kubeconfig(jwt(START, HOUR, 'system:serviceaccount:mcs-mirror:other'))],
    ['a credential of another kind', () => kubeconfig('static-token')],
  ])('gives %s as it is', async (_what, next) => {
    const { renewal } = scene();
    renewal.adopt(settings(source(kubeconfig(jwt(START, HOUR)))));
    const text = next();
    expect(renewal.adopt(settings(source(text))).sources[0]?.access).toEqual({ kind: 'kubeconfig', text });
    await renewal.stop();
  });

  it('takes a younger token of the same account, and forgets a source that is gone', async () => {
    const { renewal, clock, asked } = scene();
    renewal.adopt(settings(source(kubeconfig(jwt(START, HOUR)))));
    const younger = jwt(START + 60_000, HOUR / 2);
    renewal.adopt(settings(source(kubeconfig(younger))));
    expect(renewal.token('west')).toBe(younger);
    renewal.adopt(settings());
    expect(renewal.token('west')).toBeUndefined();
    await clock.advance(2 * HOUR);
    expect(asked).toEqual([]);
  });

  it('says that a credential cannot be renewed, and then that it has lapsed; the token stays in use', async () => {
    const made = scene();
    const token = jwt(START, HOUR);
    made.renewal.adopt(settings(source(kubeconfig(token))));
    made.fail = new Error('forbidden');
    await made.clock.advance(HOUR / 2);
    expect(made.troubles).toEqual([]);
    await made.clock.advance(HOUR / 3);
    expect(made.troubles.at(-1)).toContain('cannot be renewed: forbidden');
    await made.clock.advance(HOUR / 2);
    expect(made.troubles.at(-1)).toContain('lapsed at 2026-01-01T01:00:00.000Z');
    expect(made.renewal.token('west')).toBe(token);
    await made.renewal.stop();
  });
});
