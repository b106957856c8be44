/** Writes `manifests/`: what `kubectl apply -f` takes for the two systems whose place a mirror takes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { PRESET_PLACES, presetManifest } from '../src/deployers/mirror/preset-manifests.ts';
import { templatesIn } from '../src/deployers/templates.ts';

const root = resolve(import.meta.dirname, '..');
await mkdir(join(root, 'manifests'), { recursive: true });
for (const preset of ['reflector', 'cross-cluster'] as const) {
  await writeFile(join(root, 'manifests', PRESET_PLACES[preset].file), await presetManifest(templatesIn(join(root, 'templates')), preset, packageJson.version));
}
