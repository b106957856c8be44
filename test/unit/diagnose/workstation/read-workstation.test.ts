import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { examineWorkstation } from '../../../../src/diagnose/workstation/doctor.ts';
import { isProgram } from '../../../../src/diagnose/workstation/read-kubeconfig.ts';
import { readWorkstation, type WorkstationOptions } from '../../../../src/diagnose/workstation/read-workstation.ts';
import { startTestApiServer } from '../../../helpers/api-server.ts';

const signal = new AbortController().signal;
let home: string;
const options = (more: Partial<WorkstationOptions> = {}): WorkstationOptions => ({
  env: { HOME: home, PATH: home },
  platform: 'linux',
  nodeVersion: 'v24.0.0',
  neededNode: '22.19',
  userAgent: 'mcs-cli/test',
  terminal: { isTTY: false, hasColor: false, canAsk: false },
  now: Date.now,
  ...more,
});
const put = async (name: string, text: string, mode = 0o600): Promise<string> => {
  const path = join(home, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
};
const kubeconfig = (user: string, cluster = 'server: https://127.0.0.1:1'): string =>
  `apiVersion: v1\nkind: Config\ncurrent-context: west\nclusters: [{name: west, cluster: {${cluster}}}]\nusers: [{name: jane, user: ${user}}]\ncontexts: [{name: west, context: {cluster: west, user: jane}}]\n`;
const token = `a.${Buffer.from(JSON.stringify({ exp: 1_000 })).toString('base64url')}.c`;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mcs-doctor-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('readWorkstation', () => {
  it('reads files, names, plugins and ends, and never keeps a credential', async () => {
    const good = await put('good', kubeconfig(`{token: "${token}"}`), 0o644);
    const bad = await put('bad', 'clusters: [');
    const { facts } = await readWorkstation(options({ env: { HOME: home, PATH: home, KUBECONFIG: `${good}:${join(home, 'none')}` } }));
    expect(facts.files).toMatchObject([{ path: good, state: 'present', mode: 0o644, clusters: ['west'], users: ['jane'], contexts: ['west'] }, { state: 'absent' }]);
    expect(facts.contexts).toMatchObject([{ name: 'west', isCurrent: true, isUserDefined: true, skipsTls: false, expiring: [{ what: 'token', notAfter: 1_000_000 }] }]);
    expect(JSON.stringify(facts)).not.toContain(token);
    const broken = await readWorkstation(options({ kubeconfig: bad }));
    expect(broken.facts).toMatchObject({ files: [{ state: 'invalid' }], contexts: [] });
  });

  it('knows a plugin that is not installed, and does not run it', async () => {
    const path = await put('config', kubeconfig('{exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, installHint: install it}}'));
    const { facts, askServers } = await readWorkstation(options({ kubeconfig: path }));
    expect(facts.contexts).toMatchObject([{ plugin: { command: 'no-such-plugin', isFound: false, installHint: 'install it' } }]);
    expect(await askServers(signal)).toEqual([]);
  });

  it('reads modes of join keys, and whether their directory can be made', async () => {
    expect((await readWorkstation(options())).facts).toMatchObject({ configDir: { isThere: false, isWritable: true }, joinKeyDir: { isThere: false } });
    await mkdir(join(home, '.config', 'mcs', 'join-keys'), { recursive: true, mode: 0o700 });
    await put('.config/mcs/join-keys/0123456789abcdef', 'key', 0o644);
    expect((await readWorkstation(options())).facts.joinKeys).toMatchObject([{ mode: 0o644 }]);
  });

  it('names a proxy variable that is no URL without its value', async () => {
    const { invalidProxies } = await readWorkstation(options({ env: { HOME: home, HTTPS_PROXY: 'ftp://jane:secret@proxy' } }));
    expect(invalidProxies.join()).toMatch(/HTTPS_PROXY/);
    expect(invalidProxies.join()).not.toContain('secret');
  });
});

describe('isProgram', () => {
  it('finds what can be run, in PATH or by its path', async () => {
    const program = await put('plugin', '#!/bin/sh\n', 0o755);
    await put('text', 'no program', 0o644);
    const env = { PATH: `/nonexistent:${home}` };
    expect([isProgram('plugin', env), isProgram(program, {}), isProgram('text', env), isProgram('other', env)]).toEqual([true, true, false, false]);
  });
});

describe('examineWorkstation', () => {
  const statuses = async (more: Partial<WorkstationOptions>): Promise<Record<string, string>> => {
    const report = await examineWorkstation({ ...options(more), signal, deadlineMs: 20_000 });
    return Object.fromEntries((report.clusters[0]?.checks ?? []).map(({ id, status }) => [id, status]));
  };

  it('compares the clock with that of an API server', async () => {
    const api = await startTestApiServer();
    const access = api.access();
    const authorization = (await access.headers()).Authorization ?? (await access.headers()).authorization ?? '';
    const path = await put('config', kubeconfig(`{token: "${authorization.replace('Bearer ', '')}"}`, `server: "${api.url}", certificate-authority-data: ${Buffer.from(api.ca).toString('base64')}`));
    const found = await statuses({ kubeconfig: path });
    const late = await statuses({ kubeconfig: path, now: () => Date.now() - 600_000 });
    await api.stop();
    expect(found).toMatchObject({ 'MCS-WS-02': 'pass', 'MCS-WS-08': 'pass', 'MCS-WS-11': 'pass', 'MCS-WS-12': 'pass' });
    expect(late).toMatchObject({ 'MCS-WS-11': 'pass', 'MCS-WS-12': 'warn' });
  });

  it('skips what needs a kubeconfig where there is none, and still looks at the rest', async () => {
    expect(await statuses({})).toMatchObject({ 'MCS-WS-01': 'pass', 'MCS-WS-02': 'fail', 'MCS-WS-04': 'skip', 'MCS-WS-12': 'skip', 'MCS-WS-14': 'pass' });
  });

  it('fails where the current context does not answer', async () => {
    const path = await put('config', kubeconfig('{token: abc}'));
    expect(await statuses({ kubeconfig: path })).toMatchObject({ 'MCS-WS-11': 'fail', 'MCS-WS-12': 'skip' });
  });
});
