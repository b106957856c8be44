import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitterFiles, findReaderToken, withoutReader, withReader } from '../../../../src/deployers/mirror/emitter-secret.ts';
import { kubeconfigText, onlyContext } from '../../../../src/deployers/mirror/kubeconfig-text.ts';
import { prepareDocument, prepareKubeconfigSource } from '../../../../src/deployers/mirror/prepare-source.ts';
import { thrown } from '../../../helpers/thrown.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-mirror-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TWO = `apiVersion: v1
clusters:
  - {name: west, cluster: {server: "https://west:6443", certificate-authority: ca.pem}}
  - {name: east, cluster: {server: "https://east:6443"}}
users:
  - {name: w, user: {token: west-token}}
  - {name: e, user: {token: east-token}}
  - {name: x, user: {exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}}
contexts:
  - {name: w@west, context: {cluster: west, user: w}}
  - {name: e@east, context: {cluster: east, user: e}}
  - {name: x@east, context: {cluster: east, user: x}}
current-context: w@west
`;

describe('prepareKubeconfigSource()', () => {
  it('keeps one context, with the files that it names in it, and no credential of another cluster', async () => {
    await writeFile(join(folder, 'config'), TWO);
    await writeFile(join(folder, 'ca.pem'), 'CA');
    const { document, files } = prepareKubeconfigSource('west', [join(folder, 'config')], undefined, { exported: true });
    expect(document).toEqual({ name: 'west', kubeconfig: 'west.kubeconfig', exported: true });
    expect(files['west.kubeconfig']).toContain(Buffer.from('CA').toString('base64'));
    expect(files['west.kubeconfig']).not.toContain('east');
    expect(prepareKubeconfigSource('east', [join(folder, 'config')], 'e@east', {}).files['east.kubeconfig']).not.toContain('west-token');
  });

  it('refuses a user that signs in by a program, which a pod does not have', () => {
    expect(thrown(() => onlyContext(TWO, 'x@east', 'east'))).toMatchObject({ code: 'MCS_USAGE', hints: [expect.stringContaining('--from x@east')] });
  });
});

describe('prepareDocument()', () => {
  it('reads what the file names beside it, and gives it keys of the Secret', async () => {
    await writeFile(join(folder, 'token.txt'), 't0\n');
    await writeFile(join(folder, 'mirror.yaml'), 'name: team-a\nendpoints: true\nsources:\n  - {name: west, kubeconfig: config, context: w@west, selector: app=a}\n  - {name: north, url: "https://north:6443", tokenFile: token.txt}\n');
    const { name, general, sources } = prepareDocument(join(folder, 'mirror.yaml'));
    expect([name, general]).toEqual(['team-a', { endpoints: true }]);
    expect(sources.map(({ document }) => document)).toEqual([
      { name: 'west', kubeconfig: 'west.kubeconfig', selector: 'app=a' },
      { name: 'north', url: 'https://north:6443', tokenFile: 'north.token' },
    ]);
    expect(sources[1]?.files).toEqual({ 'north.token': 't0' });
  });

  it('names a file that cannot be read', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'sources: [{name: west, kubeconfig: absent}]\n');
    expect(thrown(() => prepareDocument(join(folder, 'bad.yaml')))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID', message: expect.stringContaining('absent') });
  });
});

describe('kubeconfigText()', () => {
  it('writes the authority and name of the server, and leaves verification on unless it is off', () => {
    const parts = { name: 'west', user: 'reader', server: 'https://west:6443', ca: 'CA', token: 't' };
    expect(kubeconfigText(parts)).not.toContain('insecure-skip-tls-verify');
    expect(kubeconfigText({ ...parts, servername: 'api', skipsVerification: true })).toMatch(/tls-server-name: api\n\s+insecure-skip-tls-verify: true/);
  });
});

describe('emitterFiles()', () => {
  it('keeps what stands, and the tokens of readers one by one', () => {
    const first = emitterFiles({}, 'mcs-mirror');
    expect(Object.keys(first).sort()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key', 'tokens']);
    expect(emitterFiles(first, 'mcs-mirror')).toEqual(first);
    const two = withReader(withReader(first, 'east'), 'north');
    expect(withReader(two, 'east')).toEqual(two);
    const one = withoutReader(two, 'east');
    expect([findReaderToken(one, 'east'), findReaderToken(one, 'north')]).toEqual([undefined, findReaderToken(two, 'north')]);
    expect(withoutReader(one, 'north').tokens).toBe('');
  });
});
