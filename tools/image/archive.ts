import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from './run.ts';

/** Two builds of the same files are the same bytes: no time, no owner, no order of the disk. */
const SAME_BYTES = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** What of an image does not stand in its layers. See the OCI image specification, "config". */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Packs a directory as a layer into `folder`. Returns its digest, which names the file too. */
async function packLayer(source: string, folder: string): Promise<string> {
  const file = join(folder, 'layer.tar');
  run('tar', [...SAME_BYTES, '--create', '--file', file, '--directory', source, '.']);
  const digest = await sha256(file);
  mkdirSync(join(folder, digest), { recursive: true });
  renameSync(file, join(folder, digest, 'layer.tar'));
  return digest;
}

/**
 * Writes an image archive that `docker load`, `podman load`, `ctr images import` and `kind load image-archive` take.
 * `sources` are directories, lowest layer first; `folder` is an empty working directory. Returns the size in bytes.
 */
export async function writeArchive(file: string, reference: string, sources: readonly string[], config: ImageConfig, folder: string): Promise<number> {
  const digests: string[] = [];
  for (const source of sources) digests.push(await packLayer(source, folder));
  const image = JSON.stringify({
    architecture: ARCHITECTURES[process.arch],
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
  });
  const configName = `${createHash('sha256').update(image).digest('hex')}.json`;
  const layers = digests.map((digest) => `${digest}/layer.tar`);
  writeFileSync(join(folder, configName), image);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: configName, RepoTags: [reference], Layers: layers }]));
  // under another name first: a reader never sees half an archive
  run('tar', [...SAME_BYTES, '--create', '--file', `${file}.part`, '--directory', folder, 'manifest.json', configName, ...layers]);
  renameSync(`${file}.part`, file);
  return statSync(file).size;
}
