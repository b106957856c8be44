/**
 * `npm run image -- FILE` writes the image as an archive, where there is no container daemon.
 * `npm run image -- --root DIRECTORY` writes its file system only: the Dockerfile builds from that.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { imageOf } from '../src/deployers/images.ts';
import { type ImageConfig, writeArchive } from './image/archive.ts';
import { layersOf, USER } from './image/root-file-systems.ts';
import { run } from './image/run.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { root: { type: 'string' }, reference: { type: 'string' } } });
const [file] = positionals;
if (positionals.length > 1 || (file === undefined) === (values.root === undefined)) {
  console.error('usage: npm run image -- FILE [--reference NAME:TAG]\n       npm run image -- --root DIRECTORY');
  process.exit(2);
}

const CONFIG: ImageConfig = {
  User: `${USER}:${USER}`,
  WorkingDir: '/app',
  Entrypoint: ['node', '/app/bin/mcs.js'],
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NODE_ENV=production'],
  Labels: {
    'org.opencontainers.image.title': 'mcs',
    'org.opencontainers.image.version': packageJson.version,
    'org.opencontainers.image.licenses': packageJson.license,
  },
};

/** Makes the layers in directories of their own, and hands them over while they are there. */
async function withLayers(use: (layers: readonly string[], folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-image-'));
  try {
    const layers = layersOf(root).map(({ title, fill }) => {
      const target = join(folder, title);
      mkdirSync(target);
      fill(target);
      return target;
    });
    await use(layers, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeImage(target: string): Promise<void> {
  const reference = values.reference ?? imageOf('mcs-controller', {}, packageJson.version);
  await withLayers(async (layers, folder) => {
    const work = join(folder, 'archive');
    mkdirSync(work);
    const bytes = await writeArchive(target, reference, layers, CONFIG, work);
    console.log(`Wrote ${target}: ${reference}, ${Math.round(bytes / 1e6)} MB`);
    console.log(`Next: docker load -i ${target}, or kind load image-archive ${target}, or ctr -n k8s.io images import ${target}`);
  });
}

run(process.execPath, [join(root, 'tools/build.ts')], { cwd: root });
if (file !== undefined) await writeImage(resolve(file));
else {
  const target = resolve(values.root ?? '');
  mkdirSync(target, { recursive: true });
  for (const { fill } of layersOf(root)) fill(target);
}
