import { describe, expect, it } from '@jest/globals';
import { secretKubeconfigAccess } from '../../../src/kube/plain-kubeconfig.ts';
import { thrown } from '../../helpers/thrown.ts';

const kubeconfig = (user: string, cluster = "{server: 'https://10.0.0.1:6443'}", more = '') =>
  `clusters: [{name: w, cluster: ${cluster}}]\nusers: [{name: w, user: ${user}}${more}]\ncontexts: [{name: west, context: {cluster: w, user: w}}]\ncurrent-context: west\n`;

describe('secretKubeconfigAccess()', () => {
  const access = (user: string, cluster?: string, env = {}) => secretKubeconfigAccess(kubeconfig(user, cluster), 'Secret "a/b"', env);

  it.each([
    ['{token: t, username: u, password: p}', { Authorization: 'Bearer t' }],
    ['{username: u, password: p, as: somebody}', { Authorization: `Basic ${btoa('u:p')}`, 'Impersonate-User': 'somebody' }],
    ['{}', {}],
  ])('signs in with %s', async (user, headers) => {
    expect(await access(user).headers()).toEqual(headers);
  });

  it('takes certificates and what is trusted from the text, and the proxy from it before that of the environment', async () => {
    const cluster = `{server: 'https://w:6443/', tls-server-name: n, insecure-skip-tls-verify: true, certificate-authority-data: ${btoa('CA')}, proxy-url: 'http://p:1'}`;
    const tls = { ca: 'CA', cert: 'C', key: 'K', servername: 'n', rejectUnauthorized: false };
    const made = access(`{client-certificate-data: ${btoa('C')}, client-key-data: ${btoa('K')}}`, cluster, { HTTPS_PROXY: 'http://other:2' });
    expect([made.server, made.tls]).toEqual(['https://w:6443', tls]);
    expect(await made.connection?.()).toMatchObject({ proxy: 'http://p:1', tls });
    expect(await access('{}', undefined, { HTTPS_PROXY: 'http://other:2' }).connection?.()).toMatchObject({ proxy: 'http://other:2' });
    expect(access('{}').connection).toBeUndefined();
  });

  it.each(['{exec: {command: /bin/true}}', '{auth-provider: {name: gcp}}'])('refuses %s', (user) => {
    expect(thrown(() => access(user))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID', message: expect.stringContaining('Secret "a/b": its user signs in by a program') as unknown });
  });

  it.each([
    kubeconfig('{token: t, token-file: /run/pod-token}'),
    kubeconfig('{token: t}', undefined, ', {name: other, user: {token-file: /run/pod-token}}'),
    kubeconfig('{token: t, <<: {token-file: /run/pod-token}}'),
    kubeconfig('{token: t, client-key: !!binary L3J1bi9wb2QtdG9rZW4=}'),
    kubeconfig('{token: t}', "{server: 'https://w', certificate-authority: [/run/pod-token]}"),
  ])('leaves out what leads to a file: %s', async (text) => {
    const made = secretKubeconfigAccess(text, 'Secret "a/b"', {});
    expect([made.tls, await made.headers()]).toEqual([{}, { Authorization: 'Bearer t' }]);
  });

  it('says nothing of the text of what is none', () => {
    expect((thrown(() => secretKubeconfigAccess('users: [hunter2', 'Secret "a/b"', {})) as Error).message).toBe('Cannot use the kubeconfig of Secret "a/b": it is no kubeconfig');
  });
});
