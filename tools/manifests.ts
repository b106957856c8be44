/** Writes `manifests/`: what `kubectl apply -f` takes for the systems whose place `mcs` takes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { GATEWAY_DNS_FILES, gatewayDnsManifest } from '../src/deployers/gateway-dns/render.ts';
import { PRESET_PLACES, presetManifest } from '../src/deployers/mirror/preset-manifests.ts';
import { templatesIn } from '../src/deployers/templates.ts';

const root = resolve(import.meta.dirname, '..');
const templates = templatesIn(join(root, 'templates'));

async function write(name: string, text: string): Promise<void> {
  const file = join(root, 'manifests', name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

for (const preset of ['reflector', 'cross-cluster'] as const) await write(PRESET_PLACES[preset].file, await presetManifest(templates, preset, packageJson.version));
for (const file of GATEWAY_DNS_FILES) await write(file, await gatewayDnsManifest(templates, file, packageJson.version));
