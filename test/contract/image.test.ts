import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ImageConfig, writeArchive } from '../../tools/image/archive.ts';
import { USER } from '../../tools/image/root-file-systems.ts';
import { run } from '../../tools/image/run.ts';

const root = resolve(import.meta.dirname, '../..');
const config: ImageConfig = { User: '65532:65532', WorkingDir: '/app', Entrypoint: ['node'], Env: [], Labels: {} };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcs-image-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function archiveOf(name: string): Promise<string> {
  const layer = join(folder, `layer-${name}`);
  const work = join(folder, `work-${name}`);
  const file = join(folder, `${name}.tar`);
  mkdirSync(join(layer, 'app'), { recursive: true });
  mkdirSync(work);
  writeFileSync(join(layer, 'app/a.js'), 'a');
  await writeArchive(file, 'localhost/mcs:1', [layer], config, work);
  return file;
}

describe('writeArchive', () => {
  it('names the image and its layers as docker load expects', async () => {
    const file = await archiveOf('one');
    const [manifest] = JSON.parse(run('tar', ['-xOf', file, 'manifest.json'])) as [{ Config: string; RepoTags: string[]; Layers: string[] }];
    const image = JSON.parse(run('tar', ['-xOf', file, manifest.Config])) as { config: ImageConfig; rootfs: { diff_ids: string[] } };
    expect(manifest.RepoTags).toEqual(['localhost/mcs:1']);
    expect(image.config).toEqual(config);
    expect(image.rootfs.diff_ids.map((id) => `${id.replace('sha256:', '')}/layer.tar`)).toEqual(manifest.Layers);
    expect(run('tar', ['-tf', file])).toContain(manifest.Layers[0]);
  });

  it('writes the same bytes for the same files', async () => {
    expect(readFileSync(await archiveOf('one')).equals(readFileSync(await archiveOf('two')))).toBe(true);
  });
});

describe('Dockerfile', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');

  it('runs as the user of the manifests, from the file system that "npm run image" makes', () => {
    expect(text).toContain(`USER ${USER}:${USER}`);
    expect(text).toContain('npm run image -- --root /image');
    expect(readFileSync(join(root, 'templates/member/controller.yaml'), 'utf8')).toContain(`runAsUser: ${USER}`);
  });

  it('starts what the archive starts', () => {
    const tool = readFileSync(join(root, 'tools/image.ts'), 'utf8');
    const entrypoint = /ENTRYPOINT (\[.*\])/.exec(text)?.[1] ?? '';
    expect(tool).toContain(`Entrypoint: ${entrypoint.replaceAll('"', "'")}`);
  });
});
