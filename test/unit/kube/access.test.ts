import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readRuntime } from '../../../src/base/runtime.ts';
import { accessForContext, directAccess, getContext, inClusterAccess, loadKubeconfig } from '../../../src/kube/access.ts';
import type { ClusterAccess } from '../../../src/kube/client.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createTestAuthority, type TestAuthority } from '../../helpers/test-certificates.ts';
import { rejection, thrown } from '../../helpers/thrown.ts';

let directory: string;
let authority: TestAuthority;

beforeAll(() => {
  authority = createTestAuthority();
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcs-access-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

interface ConfigParts {
  readonly name?: string;
  readonly user?: Record<string, unknown>;
  readonly cluster?: Record<string, unknown>;
  readonly current?: string | undefined;
}

function kubeconfig({ name = 'west', user = { token: 'secret' }, cluster = {}, current = name }: ConfigParts = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: `${name}-cluster`, cluster: { server: `https://${name}.example:6443`, ...cluster } }],
    users: [{ name: `${name}-user`, user }],
    contexts: [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user`, namespace: 'shop' } }],
  });
}

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function access(parts: ConfigParts, options = {}): Promise<ClusterAccess> {
  return accessForContext(await loadKubeconfig({ kubeconfig: await file('config', kubeconfig(parts)), env: {} }), undefined, options);
}

describe('loadKubeconfig', () => {
  it('reads contexts with their server, user and namespace, and the current one', async () => {
    const path = await file('config', kubeconfig());
    const loaded = await loadKubeconfig({ kubeconfig: path, env: { KUBECONFIG: '/ignored' } });
    expect(loaded).toMatchObject({
      files: [path],
      currentContext: 'west',
      contexts: [{ name: 'west', cluster: 'west-cluster', server: 'https://west.example:6443', user: 'west-user', namespace: 'shop' }],
    });
    expect(loaded.configFor('west').getCurrentCluster()?.server).toBe('https://west.example:6443');
  });

  it('merges a KUBECONFIG list as kubectl does: first definition wins, missing files are left out', async () => {
    const one = await file('one', kubeconfig({ name: 'west', current: '' }));
    const two = await file('two', kubeconfig({ name: 'east' }));
    const three = await file('three', kubeconfig({ name: 'west', cluster: { server: 'https://later.example' } }));
    const loaded = await loadKubeconfig({ env: { KUBECONFIG: [one, join(directory, 'missing'), two, three].join(delimiter) } });
    expect(loaded.files).toEqual([one, two, three]);
    expect(loaded.currentContext).toBe('east');
    expect(loaded.contexts.map(({ name, server }) => [name, server])).toEqual([
      ['west', 'https://west.example:6443'],
      ['east', 'https://east.example:6443'],
    ]);
  });

  it('falls back to ~/.kube/config', async () => {
    await mkdir(join(directory, '.kube'));
    const path = await file('.kube/config', kubeconfig());
    await expect(loadKubeconfig({ env: { HOME: directory } })).resolves.toMatchObject({ files: [path] });
  });

  it.each([
    { title: '--kubeconfig', options: { kubeconfig: '/no/such/file', env: {} } },
    { title: 'KUBECONFIG', options: { env: { KUBECONFIG: `/no/such/file${delimiter}/nor/this` } } },
    { title: 'the home directory', options: { env: { HOME: '/no/such' } } },
  ])('throws MCS_NO_KUBECONFIG where $title names no file', async ({ options }) => {
    const error = await rejection(loadKubeconfig(options));
    expect(error).toMatchObject({ code: 'MCS_NO_KUBECONFIG', exitCode: 2 });
    expect((error as Error).message).toContain('/no/such');
  });

  it.each([
    { title: 'no YAML', content: 'a: [b' },
    { title: 'no mapping', content: '42' },
    { title: 'a cluster without a server', content: 'clusters: [{name: a, cluster: {}}]' },
  ])('throws MCS_KUBECONFIG_INVALID, naming the file, for $title', async ({ content }) => {
    const good = await file('good', kubeconfig());
    const bad = await file('bad', content);
    const error = await rejection(loadKubeconfig({ env: { KUBECONFIG: [good, bad].join(delimiter) } }));
    expect(error).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID', details: { file: bad } });
    expect((error as Error).message).toContain(`"${bad}"`);
  });

  it.each(['', '\n', '# nothing yet\n', '---\nnull\n'])('takes %j for a kubeconfig without contexts', async (content) => {
    await expect(loadKubeconfig({ kubeconfig: await file('config', content), env: {} })).resolves.toMatchObject({ contexts: [], currentContext: undefined });
  });

  it('throws MCS_KUBECONFIG_INVALID for what cannot be read', async () => {
    expect(await rejection(loadKubeconfig({ kubeconfig: directory, env: {} }))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID' });
  });
});

describe('getContext', () => {
  const load = (content: string) => file('config', content).then((path) => loadKubeconfig({ kubeconfig: path, env: {} }));

  it('gives the current context where none is named', async () => {
    expect(getContext(await load(kubeconfig())).name).toBe('west');
  });

  it('throws MCS_UNKNOWN_CONTEXT with the known ones and the nearest', async () => {
    const loaded = await load(kubeconfig());
    expect(thrown(() => getContext(loaded, 'wset'))).toMatchObject({ code: 'MCS_UNKNOWN_CONTEXT', hints: ['--context west'], details: { contexts: ['west'], nearest: 'west' } });
    expect(thrown(() => getContext(loaded, 'production'))).toMatchObject({ code: 'MCS_UNKNOWN_CONTEXT', hints: ['kubectl config get-contexts'] });
  });

  it('throws MCS_UNKNOWN_CONTEXT where there is no current context', async () => {
    const loaded = await load(kubeconfig({ current: '' }));
    expect(thrown(() => getContext(loaded))).toMatchObject({ code: 'MCS_UNKNOWN_CONTEXT', message: 'Cannot choose a cluster: the kubeconfig has no current context; it has "west"' });
  });

  it('throws MCS_KUBECONFIG_INVALID for a context whose cluster is not defined', async () => {
    const loaded = await load('contexts: [{name: a, context: {cluster: b, user: c}}]');
    expect(thrown(() => getContext(loaded, 'a'))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID' });
  });
});

describe('accessForContext', () => {
  it('uses token, CA, server name and impersonation', async () => {
    const caData = Buffer.from(authority.ca).toString('base64');
    const made = await access({ cluster: { 'certificate-authority-data': caData, 'tls-server-name': 'api' } }, { as: 'ann' });
    expect(made.server).toBe('https://west.example:6443');
    expect(made.tls).toEqual({ ca: authority.ca, servername: 'api' });
    await expect(made.headers()).resolves.toEqual({ Authorization: 'Bearer secret', 'Impersonate-User': 'ann' });
  });

  it('uses client certificates, from data or from files beside the kubeconfig, on a stable connection', async () => {
    const { cert, key } = authority.issue();
    await file('client.key', key);
    const made = await access({ user: { 'client-certificate-data': Buffer.from(cert).toString('base64'), 'client-key': 'client.key' }, cluster: { 'insecure-skip-tls-verify': true } });
    const connection = await made.connection?.();
    expect(connection).toEqual({ tls: { cert, key, rejectUnauthorized: false } });
    expect(await made.connection?.()).toBe(connection);
    await expect(made.headers()).resolves.toEqual({});
  });

  it('uses basic authentication', async () => {
    await expect((await access({ user: { username: 'ann', password: 'pw' } })).headers()).resolves.toEqual({ Authorization: `Basic ${Buffer.from('ann:pw').toString('base64')}` });
  });

  it('reads a tokenFile beside the kubeconfig', async () => {
    await file('token', 'from-file');
    await expect((await access({ user: { tokenFile: 'token' } })).headers()).resolves.toEqual({ Authorization: 'Bearer from-file' });
  });

  it('connects through a proxy where the cluster has one', async () => {
    const connection = await (await access({ cluster: { 'proxy-url': 'http://127.0.0.1:3128' } })).connection?.();
    expect(connection?.agent).toBeDefined();
  });

  it('throws MCS_USAGE for a proxy of the environment that is no URL', async () => {
    expect(await rejection(access({}, { env: { HTTPS_PROXY: '::' } }))).toMatchObject({ code: 'MCS_USAGE' });
  });

  const plugin = (script: string): ConfigParts => ({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script], interactiveMode: 'Never' } } });

  it('asks a credential plugin, without a terminal, and again after a 401', async () => {
    const log = join(directory, 'calls');
    const script = `
      require('node:fs').appendFileSync(${JSON.stringify(log)}, process.env.KUBERNETES_EXEC_INFO + '\\n');
      console.log(JSON.stringify({apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: {token: 'plugin', expirationTimestamp: '2020-01-01T00:00:00Z'}}))`;
    const made = await access(plugin(script));
    await expect(made.headers()).resolves.toEqual({ Authorization: 'Bearer plugin' });
    await made.headers();
    expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual([expect.stringContaining('"interactive":false')]);
    made.onUnauthorized?.();
    await made.headers();
    expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('throws MCS_UNAUTHORIZED with the plugin and its last words, credentials left out, where it fails', async () => {
    const token = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMzQ1Njc4OTAifQ.eyJzdWIiOiJhbm4ifQ';
    const made = await access(plugin(`console.error('old ${token}\\nplease log in: ${token}'); process.exit(1)`));
    const error = await rejection(made.headers());
    expect(error).toMatchObject({ code: 'MCS_UNAUTHORIZED', details: { plugin: process.execPath } });
    expect((error as Error).message).toContain('failed: please log in: <redacted>');
    expect((error as Error).message).not.toContain(token);
  });

  it('throws MCS_UNAUTHORIZED where the plugin is not installed', async () => {
    const error = await rejection((await access({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin' } } })).headers());
    expect(error).toMatchObject({ code: 'MCS_UNAUTHORIZED', details: { plugin: 'no-such-plugin' } });
  });

  it('throws MCS_KUBECONFIG_INVALID for a CA file that is missing', async () => {
    expect(await rejection(access({ cluster: { 'certificate-authority': 'missing.pem' } }))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID', details: { context: 'west' } });
  });
});

describe('inClusterAccess', () => {
  const MOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';
  const clock = new FakeClock();
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  const make = (more: NodeJS.ProcessEnv = env): ClusterAccess => inClusterAccess(readRuntime({ MCS_SIMULATED: '1', MCS_SIMULATED_ROOT: directory }), more, clock);
  const writeToken = (token: string): Promise<void> => writeFile(join(directory, MOUNT, 'token'), `${token}\n`);

  beforeEach(async () => {
    await mkdir(join(directory, MOUNT), { recursive: true });
    await file(`${MOUNT}/ca.crt`, authority.ca);
    await writeToken('one');
  });

  it('reads server, CA and token of the pod', async () => {
    const made = make();
    expect([made.server, made.tls]).toEqual(['https://10.96.0.1:443', { ca: authority.ca }]);
    await expect(made.headers()).resolves.toEqual({ authorization: 'Bearer one' });
    expect(make({ KUBERNETES_SERVICE_HOST: 'fd00::1' }).server).toBe('https://[fd00::1]:443');
  });

  it('reads the token again after a minute, and after a 401', async () => {
    const made = make();
    await made.headers();
    await writeToken('two');
    await expect(made.headers()).resolves.toEqual({ authorization: 'Bearer one' });
    await clock.advance(60_000);
    await expect(made.headers()).resolves.toEqual({ authorization: 'Bearer two' });
    await writeToken('three');
    made.onUnauthorized?.();
    await expect(made.headers()).resolves.toEqual({ authorization: 'Bearer three' });
  });

  it('keeps the last token while the file is swapped', async () => {
    const made = make();
    await made.headers();
    await rm(join(directory, MOUNT, 'token'));
    made.onUnauthorized?.();
    await expect(made.headers()).resolves.toEqual({ authorization: 'Bearer one' });
  });

  it('throws MCS_NO_KUBECONFIG outside of a pod, and without the mount', async () => {
    expect(thrown(() => make({}))).toMatchObject({ code: 'MCS_NO_KUBECONFIG' });
    await rm(join(directory, MOUNT), { recursive: true });
    expect(thrown(() => make())).toMatchObject({ code: 'MCS_NO_KUBECONFIG' });
  });
});

describe('directAccess', () => {
  it('trusts the given authority only, and asks for the token each time', async () => {
    let token = 'one';
    const made = directAccess({ server: 'https://broker', ca: authority.ca, token: () => token });
    expect([made.server, made.tls]).toEqual(['https://broker', { ca: authority.ca }]);
    token = 'two';
    await expect(made.headers()).resolves.toEqual({ authorization: 'Bearer two' });
  });

  it('leaves trust to the system where there is no authority', () => {
    expect(directAccess({ server: 'https://broker', ca: '', token: () => '' }).tls).toEqual({});
  });
});

