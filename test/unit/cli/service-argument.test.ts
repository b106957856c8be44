import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseServiceArgument, requireContexts } from '../../../src/cli/service-argument.ts';

let folder: string;
let kubeconfig: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-service-'));
  kubeconfig = join(folder, 'config');
  const contexts = [['west', 'shop'], ['east', undefined]].map(([name, namespace]) => ({ name, context: { cluster: 'c', user: 'u', ...(namespace !== undefined && { namespace }) } }));
  await writeFile(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'west', contexts, clusters: [{ name: 'c', cluster: { server: 'https://c:6443' } }], users: [{ name: 'u', user: {} }] }));
});
afterAll(() => rm(folder, { recursive: true }));

describe('parseServiceArgument', () => {
  it.each([
    ['a name with its namespace', 'bank/vault', {}, { namespace: 'bank', name: 'vault' }],
    ['a name in the namespace of the current context', 'web', {}, { namespace: 'shop', name: 'web' }],
    ['a name in that of the context that is named', 'web', { context: 'east' }, { namespace: 'default', name: 'web' }],
    ['a name in that of the first of several', 'web', { contexts: 'east,west' }, { namespace: 'default', name: 'web' }],
    ['a name in that of the flag', 'web', { namespace: 'bank' }, { namespace: 'bank', name: 'web' }],
    ['both, which agree', 'bank/web', { namespace: 'bank' }, { namespace: 'bank', name: 'web' }],
  ])('reads %s', async (_title, text, selection, expected) => {
    expect(await parseServiceArgument(text, { ...selection, kubeconfig })).toEqual(expected);
  });

  it.each([
    ['too many parts', 'a/b/c', {}],
    ['no name', 'shop/', {}],
    ['what is no name', 'shop/Web_1', {}],
    ['two namespaces', 'shop/web', { namespace: 'bank' }],
  ])('refuses %s', async (_title, text, selection) => {
    await expect(parseServiceArgument(text, { ...selection, kubeconfig })).rejects.toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('requireContexts', () => {
  it('takes those of the kubeconfig, and none that is mistyped', async () => {
    await expect(requireContexts(['west', undefined], { kubeconfig })).resolves.toBeUndefined();
    await expect(requireContexts(['west', 'esat'], { kubeconfig })).rejects.toMatchObject({ code: 'MCS_UNKNOWN_CONTEXT' });
  });
});
