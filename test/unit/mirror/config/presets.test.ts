import { describe, expect, it } from '@jest/globals';
import { requireOtherHosts } from '../../../../src/mirror/config/cross-cluster-settings.ts';
import { mirrorSettingsFrom, targetChoice } from '../../../../src/mirror/config/mirror-settings.ts';
import { parseMirrorArgs } from '../../../../src/mirror/config/parse-args.ts';
import { processOptions } from '../../../../src/mirror/config/process-options.ts';
import { reflectorEmitter } from '../../../../src/mirror/config/reflector-emitter.ts';
import { sourceNameOf } from '../../../../src/mirror/config/reflector-settings.ts';
import type { SettingsInput } from '../../../../src/mirror/config/settings-input.ts';
import { thrown } from '../../../helpers/thrown.ts';

const config = (server: string, ...contexts: readonly string[]): string =>
  JSON.stringify({
    clusters: contexts.map((name) => ({ name, cluster: { server: `${server}/${name}`.replace(/\/+$/, '') } })),
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: 'u' } })),
    'current-context': contexts[0],
  });

const FILES: Readonly<Record<string, string>> = {
  '/home/me/.kube/config': config('https://home:6443', 'prototype-general', 'prototype-secure'),
  remote: config('https://remote:6443', 'main', 'prototype-secure'),
  second: config('https://second:6443', 'main'),
  'ca.pem': 'CA',
  token: 'tok\n',
  'mirror.yaml': 'name: other\nsources: [{name: n, url: "http://n"}]',
};

function input(env: NodeJS.ProcessEnv = {}, more: Partial<SettingsInput> = {}): SettingsInput {
  const readFile = (path: string): string => {
    const text = FILES[path] ?? FILES[path.replace(`${process.cwd()}/`, '')];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  };
  return { env: { HOME: '/home/me', ...env }, readFile, ...more };
}

const settings = (line: string, env: NodeJS.ProcessEnv = {}, more: Partial<SettingsInput> = {}) => mirrorSettingsFrom(parseMirrorArgs(line.split(' ').filter((word) => word !== '')), input(env, more));
const emitter = (line: string) => reflectorEmitter(parseMirrorArgs(['--preset=reflector', ...line.split(' ').filter((word) => word !== '')]).values);
const servers = (made: ReturnType<typeof settings>) => made.sources.map(({ access }) => (access.kind === 'url' ? access.url : `${access.context} of ${/https:[^"]*/.exec(access.text)?.[0] ?? ''}`));

describe('a URL with a password', () => {
  it.each(['--preset=reflector --reflector.source-api=http://me:hunt@r2@a:8080', '--source-url n=https://me:hunt@r2@n', '--source-url https://me:hunt@r2@n', '--source https://me:hunt@r2@n'])('is not shown: %s', (line) => {
    const error = thrown(() => settings(line)) as Error;
    expect(error).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID' });
    expect(error.message).not.toMatch(/hunt|r2/);
    expect(JSON.stringify(error)).not.toMatch(/hunt|r2/);
  });
});

describe('settings without a preset', () => {
  it('have the sources in their order, kubeconfigs first, with what all share', () => {
    const made = settings('--source-url n=https://n:6443 --source west=remote@main --source home=@prototype-secure --ca-file ca.pem --token-file token --selector a=b --namespaces shop,bank --exported --namespace-policy create --target-name {namespace}/{name}-{source} --not-ready drop --target-namespaces shop --deny-namespaces kube-x --endpoints --remove-namespaces --sweep-interval 2m --name m --namespace ns');
    expect(made).toMatchObject({ name: 'm', namespace: 'ns', preset: 'none', endpoints: true, removeNamespaces: true, sweepSeconds: 120, targetNamespaces: ['shop'], denyNamespaces: ['kube-x'] });
    expect(made.sources.map(({ name }) => name)).toEqual(['west', 'home', 'n']);
    expect(made.sources[2]?.access).toEqual({ kind: 'url', url: 'https://n:6443', ca: 'CA', token: 'tok' });
    expect(made.sources[0]).toMatchObject({ access: { context: 'main' }, selection: { labelSelector: 'a=b', namespaces: ['shop', 'bank'], exportedOnly: true }, namespacePolicy: 'create', mapping: { namespace: '{namespace}', name: '{name}-{source}' }, notReady: 'drop' });
  });

  it('come from a file whole', () => {
    expect(settings('--config mirror.yaml --namespace x')).toMatchObject({ name: 'other', namespace: 'x', sources: [{ name: 'n' }] });
  });

  it.each([
    ['', 'MCS_USAGE'],
    ['--config mirror.yaml --selector a=b', 'MCS_USAGE'],
    ['--config mirror.yaml --name mine', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--config gone.yaml', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source west', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source West=remote', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source west=gone', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source west=remote@', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source west=remote@nowhere', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --source a=second', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --token-file token', 'MCS_USAGE'],
    ['--source-url a=nowhere', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source-url a=http://a --token-file token', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --selector a(b', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --namespaces Shop', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --namespaces ,', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --target-name x', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --target-name {x}/y', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --sweep-interval 1s', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --sweep-interval soon', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --name A', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--source a=remote --namespace A_B', 'MCS_MIRROR_CONFIG_INVALID'],
  ])('of "%s" are refused with %s', (line, code) => {
    expect(thrown(() => settings(line))).toMatchObject({ code });
  });
});

describe('settings of the reflector preset', () => {
  it('take URLs by commas and again, kubeconfigs one by one, and their defaults', () => {
    const made = settings('--preset reflector --reflector.source-api http://a:8080/,,http://b --reflector.source-api=http://a:8080 --reflector.source-kubeconfig remote --reflector.selector a=b --namespace shop', {}, { namespace: 'default' });
    expect(servers(made)).toEqual(['http://a:8080', 'http://b', 'main of https://remote:6443/main']);
    expect(made).toMatchObject({ name: 'service-reflector', namespace: 'default', preset: 'reflector', endpoints: false, removeNamespaces: true });
    expect(made.sources[0]).toMatchObject({ selection: { labelSelector: 'a=b', namespaces: ['shop'], exportedOnly: false }, namespacePolicy: 'create', notReady: 'keep' });
  });

  it('are of every namespace where it is empty, and of no source with --reflector=false', () => {
    expect(settings('--preset reflector --namespace= --reflector.source-api http://a').sources[0]?.selection).toEqual({ labelSelector: '', exportedOnly: false });
    expect(settings('--preset reflector --reflector=false --reflector.source-api http://a').sources).toEqual([]);
    expect(settings('--preset reflector --reflector.source-api=').sources).toEqual([]);
  });

  it('follow the ConfigMap in place of what the manifest passed from it, and nothing else', () => {
    const line = '--preset reflector --reflector.source-api=http://old,http://older --reflector.source-api=http://fixed';
    expect(servers(settings(line, { SOURCE_API: 'http://old,http://older' }, { sourceApi: 'http://new' }))).toEqual(['http://fixed', 'http://new']);
    expect(servers(settings(line, { SOURCE_API: 'http://old,http://older' }, { sourceApi: '' }))).toEqual(['http://fixed']);
    expect(servers(settings(line, { SOURCE_API: 'http://old,http://older' }))).toEqual(['http://old', 'http://older', 'http://fixed']);
    expect(servers(settings('--preset reflector', { SOURCE_API: 'http://old' }))).toEqual([]);
    expect(servers(settings('--preset reflector', { SOURCE_API: 'http://old' }, { sourceApi: 'http://new' }))).toEqual([]);
    expect(servers(settings('--preset reflector --reflector.source-api=http://fixed', {}, { sourceApi: 'http://new' }))).toEqual(['http://fixed']);
    expect(servers(settings('--preset reflector --reflector.source-api=', { SOURCE_API: '' }, { sourceApi: 'http://new' }))).toEqual(['http://new']);
  });

  it('have the local cluster in --kubeconfig', () => {
    expect(targetChoice(parseMirrorArgs(['--preset=reflector', '--kubeconfig', 'local']), {})).toEqual({ kubeconfig: 'local' });
    expect(targetChoice(parseMirrorArgs(['--preset=reflector', '--kubeconfig=']), {})).toEqual({});
    expect(targetChoice(parseMirrorArgs(['--kubeconfig', 'target', '--context', 'east']), {})).toEqual({ kubeconfig: 'target', context: 'east' });
    expect(targetChoice(parseMirrorArgs(['--preset=cross-cluster', '--kubeconfig', 'remote']), {})).toEqual({});
  });

  it.each(['--reflector.source-api ftp://a', '--reflector.source-api nowhere', '--reflector.source-kubeconfig gone', '--reflector.source-kubeconfig remote --reflector.source-kubeconfig remote', '--reflector.selector a)', '--namespace Shop', '--name X'])('refuse %s', (line) => {
    expect(thrown(() => settings(`--preset reflector ${line}`))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID' });
  });

  it('name sources by their URL alone, uniquely and as DNS labels', () => {
    const urls = ['http://10.4.0.9:8080', 'https://10.4.0.9:8080', 'http://10-4-0-9:8080', `http://${'long.'.repeat(30)}example`, 'http://[::1]:1'];
    const names = urls.map(sourceNameOf);
    expect(new Set(names).size).toBe(urls.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(names[0]).toMatch(/^10-4-0-9-8080-[0-9a-f]{8}$/);
  });
});

describe('reflectorEmitter', () => {
  it('is that of service-reflector with the flags of its manifest', () => {
    expect(emitter('--emitter.secure-port=6443 --emitter.insecure-port=8080 --listen=0.0.0.0:9090')).toEqual({
      labelSelector: '',
      exportedOnly: false,
      full: false,
      secure: { host: '0.0.0.0', port: 6443, certDir: 'emitter.local.config/certificates', names: [] },
      insecure: { host: '0.0.0.0', port: 8080 },
      authentication: { tokenFiles: [], anonymous: true },
      maxWatches: 1000,
    });
  });

  it('takes every flag that can be honoured', () => {
    expect(
      emitter('--emitter.selector a=b --namespace shop --emitter.bind-address 127.0.0.1 --emitter.secure-port 7443 --emitter.cert-dir /c --emitter.tls-cert-file c --emitter.tls-private-key-file k --emitter.tls-min-version VersionTLS13 --emitter.tls-cipher-suites TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256 --emitter.http2-max-streams-per-connection 0 --emitter.token-file t --emitter.client-ca-file ca --emitter.insecure-port 8081 --emitter.insecure-bind-address ::1'),
    ).toMatchObject({
      labelSelector: 'a=b',
      namespaces: ['shop'],
      secure: { host: '127.0.0.1', port: 7443, certDir: '/c', certificate: { certFile: 'c', keyFile: 'k' }, minVersion: 'TLSv1.3', ciphers: ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'] },
      insecure: { host: '::1', port: 8081 },
      authentication: { tokenFiles: ['t'], clientCaFile: 'ca', anonymous: false },
    });
  });

  it('has no port that is 0, and is none with --emitter=false', () => {
    expect(emitter('--emitter=false')).toBeUndefined();
    expect(emitter('--emitter.secure-port=0 --emitter.insecure-port=8080')).not.toHaveProperty('secure');
    expect(emitter('--emitter.token-file=t')).not.toHaveProperty('insecure');
  });

  it.each([
    '',
    '--emitter.insecure-port=0',
    '--emitter.insecure-port=80800',
    '--emitter.secure-port=https',
    '--emitter.token-file=t --emitter.tls-cert-file=c',
    '--emitter.token-file=t --emitter.tls-private-key-file=k',
    '--emitter.token-file=t --emitter.tls-min-version=VersionTLS10',
    '--emitter.token-file=t --emitter.tls-min-version=VersionTLS11',
    '--emitter.token-file=t --emitter.tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA',
    '--emitter.token-file=t --emitter.tls-sni-cert-key=c,k',
    '--emitter.token-file=t --emitter.http2-max-streams-per-connection=100',
  ])('refuses "%s", and says why', (line) => {
    expect(thrown(() => emitter(line))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('settings of the cross-cluster preset', () => {
  it('select by the label, wait for namespaces, and hold the Lease in fair-system', () => {
    const made = settings('--preset cross-cluster --kubeconfig remote');
    expect(made).toMatchObject({ name: 'cross-cluster-controller', namespace: 'fair-system', preset: 'cross-cluster', removeNamespaces: false, sweepSeconds: 300 });
    expect(made.sources[0]).toMatchObject({ selection: { labelSelector: 'fair.com/cross-cluster=true' }, namespacePolicy: 'fail', notReady: 'keep' });
  });

  it.each([
    ['--kubeconfig remote', {}, ['main of https://remote:6443/main']],
    ['--kubeconfig remote --kubeconfig second', {}, ['main of https://remote:6443/main', 'main of https://second:6443/main']],
    ['', { KUBECONFIG_PATH: 'remote' }, ['main of https://remote:6443/main']],
    ['', {}, ['prototype-general of https://home:6443/prototype-general']],
    ['', { KUBECONFIG: 'second' }, ['main of https://second:6443/main']],
  ])('find the remotes of "%s" with %j', (line, env, expected) => {
    expect(servers(settings(`--preset cross-cluster ${line}`, env))).toEqual(expected);
  });

  it.each([
    ['--devmode=true', {}, 'prototype-general', 'prototype-secure'],
    ['', { DEV_MODE: 'true' }, 'prototype-general', 'prototype-secure'],
    ['--devmode=true --local-context sandbox-general --remote-context prototype-general', {}, 'sandbox-general', 'prototype-general'],
  ])('take two contexts in development mode: "%s" with %j', (line, env, local, remote) => {
    const args = parseMirrorArgs(['--preset=cross-cluster', ...line.split(' ').filter((word) => word !== '')]);
    expect(targetChoice(args, env)).toEqual({ context: local });
    expect(mirrorSettingsFrom(args, input(env)).sources[0]?.access).toMatchObject({ context: remote });
  });

  it('are not those of development mode with any other value', () => {
    const args = parseMirrorArgs(['--preset=cross-cluster', '--devmode=1']);
    expect(targetChoice(args, { DEV_MODE: 'true' })).toEqual({});
  });

  it.each([
    ['--remote-context x', 'MCS_USAGE'],
    ['--kubeconfig gone', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--kubeconfig remote --kubeconfig remote', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--devmode=true --remote-context nowhere', 'MCS_MIRROR_CONFIG_INVALID'],
    ['--kubeconfig remote --namespace Fair', 'MCS_MIRROR_CONFIG_INVALID'],
  ])('are refused for "%s" with %s', (line, code) => {
    expect(thrown(() => settings(`--preset cross-cluster ${line}`))).toMatchObject({ code });
  });
});

describe('requireOtherHosts', () => {
  it('refuses a remote that is the local host, whatever its path', () => {
    expect(thrown(() => requireOtherHosts('https://a:443/x', ['https://b', 'https://a/y']))).toMatchObject({ code: 'MCS_MIRROR_SAME_CLUSTER', message: expect.stringContaining('local and the remote configuration point to the same host') });
    expect(() => requireOtherHosts('https://a:6443', ['https://a:6444', 'https://b:6443'])).not.toThrow();
  });
});

describe('processOptions', () => {
  const options = (line: string, env: NodeJS.ProcessEnv = {}) => processOptions(parseMirrorArgs(line.split(' ')), env);
  it.each([
    ['--preset reflector', {}, { logLevel: 'info', health: { port: 9090 }, mutesErrors: false, logsJson: false }],
    ['--preset reflector --log-level all --listen 127.0.0.1:1', {}, { logLevel: 'debug', health: { host: '127.0.0.1', port: 1 }, mutesErrors: false, logsJson: false }],
    ['--preset reflector --log-level none --listen [::1]:2', {}, { logLevel: 'none', health: { host: '::1', port: 2 }, mutesErrors: false, logsJson: false }],
    ['--preset cross-cluster', {}, { mutesErrors: false, logsJson: false }],
    ['--preset cross-cluster -v=2', { ENV: 'production' }, { logLevel: 'debug', mutesErrors: false, logsJson: true }],
    ['--preset cross-cluster -v 0', { ENV: 'test' }, { mutesErrors: true, logsJson: false }],
    ['--exported', { ENV: 'test' }, { mutesErrors: false, logsJson: false }],
  ])('of "%s" with %j', (line, env, expected) => {
    expect(options(line, env)).toEqual(expected);
  });

  it.each(['--preset reflector --listen 9090', '--preset reflector --listen :99999', '--preset cross-cluster -v=much'])('refuse %s', (line) => {
    expect(thrown(() => options(line))).toMatchObject({ code: 'MCS_USAGE' });
  });
});
