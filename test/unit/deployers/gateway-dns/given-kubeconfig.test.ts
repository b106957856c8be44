import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseLabels } from '../../../../src/cli/gateway-dns-command.ts';
import { readGivenKubeconfig } from '../../../../src/deployers/gateway-dns/given-kubeconfig.ts';
import { chooseContext } from '../../../../src/kube/kubeconfig-document.ts';
import { thrown } from '../../../helpers/thrown.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function given(user: object, cluster: object = {}): Promise<string> {
  const file = join(folder, 'kubeconfig');
  const entry = (name: string, userName: string) => ({ name, context: { cluster: 'c', user: userName } });
  await writeFile(file, JSON.stringify({ 'current-context': 'a', contexts: [entry('a', 'u'), entry('b', 'other')], clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }], users: [{ name: 'u', user }, { name: 'other', user: { token: 'of-another-cluster' } }] }));
  return file;
}

describe('readGivenKubeconfig()', () => {
  it('keeps one context, with what it names by path in it', async () => {
    await writeFile(join(folder, 'ca.pem'), 'PEM');
    const text = readGivenKubeconfig(await given({ token: 'mine' }, { 'certificate-authority': 'ca.pem' }));
    const { name, server, cluster, user } = chooseContext([text]);
    expect({ name, server }).toEqual({ name: 'a', server: 'https://10.0.0.1:6443' });
    expect(cluster?.fields).toEqual({ server: 'https://10.0.0.1:6443', 'certificate-authority-data': Buffer.from('PEM').toString('base64') });
    expect(user?.fields).toEqual({ token: 'mine' });
    expect(text).not.toContain('of-another-cluster');
  });

  it('takes the context that is named', async () => {
    expect(chooseContext([readGivenKubeconfig(await given({ token: 'mine' }), 'b')]).user?.fields).toEqual({ token: 'of-another-cluster' });
  });

  it('refuses a user that signs in by a program, and says what to do instead', async () => {
    const file = await given({ exec: { command: 'aws' } });
    expect(thrown(() => readGivenKubeconfig(file))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID', message: expect.stringContaining('a program'), hints: [expect.stringContaining('--from')] });
  });

  it('says which file is none', () => {
    expect(thrown(() => readGivenKubeconfig(join(folder, 'missing')))).toMatchObject({ code: 'MCS_KUBECONFIG_INVALID', message: expect.stringContaining('missing') });
  });
});

describe('parseLabels()', () => {
  it('reads pairs; a value may be empty or hold an equals sign', () => {
    expect(parseLabels('a=b, c=,d=e=f')).toEqual({ a: 'b', c: '', d: 'e=f' });
  });

  it.each(['a', '=b', 'a=b,c'])('refuses "%s"', (text) => {
    expect(thrown(() => parseLabels(text))).toMatchObject({ code: 'MCS_USAGE' });
  });
});
