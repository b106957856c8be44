import { describe, expect, it } from '@jest/globals';
import { accessOf } from '../../../../src/mirror/config/checked-settings.ts';
import { readKubeconfigSource } from '../../../../src/mirror/config/kubeconfig-source.ts';
import { type MirrorConfigObjects, settingsOfObjects } from '../../../../src/mirror/config/object-settings.ts';
import type { SourceSettings } from '../../../../src/mirror/settings.ts';
import { thrown } from '../../../helpers/thrown.ts';

const FILES: Readonly<Record<string, string>> = { 'ca.crt': 'CA', '/run/pod-token': 'of-the-pod', '../pod-token': 'of-the-pod' };
const readFile = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw new Error(`no such file: ${path}`);
  return text;
};

const kubeconfig = (user: string, cluster = "{server: 'https://10.0.0.1:6443'}", more = '') =>
  `clusters: [{name: w, cluster: ${cluster}}]\nusers: [{name: w, user: ${user}}${more}]\ncontexts: [{name: west, context: {cluster: w, user: w}}]\ncurrent-context: west\n`;

const read = (text: string, isForeign: boolean) => readKubeconfigSource([{ text, readFile }], undefined, 'here', { isForeign });

const PROGRAMS: readonly (readonly [string, string])[] = [
  ['exec', '{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/true}}'],
  ['auth-provider', '{token: t, auth-provider: {name: gcp, config: {cmd-path: /bin/true}}}'],
  ['auth-provider', '{auth-provider: {name: x, config: {tokenFile: /run/pod-token}}}'],
];

describe('readKubeconfigSource', () => {
  it.each(PROGRAMS)('refuses a foreign user with %s: %s', (field, user) => {
    expect(thrown(() => read(kubeconfig(user), true))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID', message: expect.stringContaining(`(${field})`) as unknown });
    expect(read(kubeconfig(user), false).server).toBe('https://10.0.0.1:6443');
  });

  it.each(['/run/pod-token', '../pod-token', 'a/../../pod-token'])('reads no file outside of the folder of a foreign kubeconfig: %s', (path) => {
    expect(thrown(() => read(kubeconfig(`{tokenFile: ${path}}`), true))).toMatchObject({ message: expect.stringContaining('not in the folder') as unknown });
  });

  it('refuses a server with a password in its URL, and does not show it', () => {
    const error = thrown(() => read(kubeconfig('{token: t}', "{server: 'https://me:hunter2@w'}"), false));
    expect(error).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID' });
    expect((error as Error).message).not.toContain('hunter2');
  });

  it('reads files in the folder of a foreign kubeconfig', () => {
    const { access } = read(kubeconfig('{token: t}', "{server: 'https://w', certificate-authority: ca.crt}"), true);
    expect(access).toMatchObject({ text: expect.stringContaining(`certificate-authority-data: ${btoa('CA')}`) as unknown });
  });
});

describe('settingsOfObjects', () => {
  it.each(PROGRAMS)('takes the kubeconfigs of the Secret as foreign: %s', (_field, user) => {
    const objects = {
      configMap: { key: 'n/c', present: { data: { 'mirror.yaml': 'sources: [{name: west, kubeconfig: k}]' } } },
      secret: { key: 'n/c', present: { data: { k: btoa(kubeconfig(user)) } } },
    } as unknown as MirrorConfigObjects;
    expect(thrown(() => settingsOfObjects(objects, 'default', 'n'))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID', details: { path: 'sources[0].kubeconfig' } });
  });
});

describe('accessOf', () => {
  const source = (text: string) => ({ name: 'west', access: { kind: 'kubeconfig', text, context: 'west' } }) as SourceSettings;
  // the library reads such a file as soon as it is given the text
  const leading = source(kubeconfig('{token: t}', undefined, ', {name: other, user: {token-file: /nowhere/token}}'));

  it('reads no file for a foreign kubeconfig, and signs in with its own words', async () => {
    const access = accessOf(leading, { env: {}, kubeconfigRules: { isForeign: true } });
    expect(access.server).toBe('https://10.0.0.1:6443');
    expect(await access.headers()).toEqual({ Authorization: 'Bearer t' });
    expect(thrown(() => accessOf(leading, { env: {} }))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID' });
  });

  it.each(PROGRAMS)('runs nothing for a foreign user with %s: %s', (_field, user) => {
    expect(thrown(() => accessOf(source(kubeconfig(user)), { env: {}, kubeconfigRules: { isForeign: true } }))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID' });
  });
});
