/** `npm run build`: dist/ (split bundle), oclif.manifest.json, and the texts that bin/mcs.js prints itself. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Folders of src/ whose every file is a program or a command of its own. */
function entryPoints(): string[] {
  const files = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const shared = ['compose-emitter.ts', 'compose-mirror.ts', 'config.ts', 'configured-mirror.ts', 'connect-broker.ts', 'emitter-agent.ts', 'error-reporter.ts', 'foreground-mirror.ts', 'run-agent.ts', 'sentry-client.ts'];
  const agents = files('src/agents').filter((file) => file.split('/').length === 3 && !shared.some((name) => file.endsWith(`/${name}`)));
  return ['src/cli/main.ts', 'src/cli/help.ts', ...files('src/commands'), ...agents];
}

async function bundle(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: entryPoints(),
    outdir: dist,
    outbase: 'src',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    keepNames: true, // command classes and errors show their names
    external: ['typescript'], // oclif loads it to run TypeScript sources, which a bundle has none of
    logLevel: 'warning',
    // CommonJS dependencies call require for Node's own modules
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    define: { 'process.env.NODE_ENV': '"production"' },
  });
}

async function writeManifest(): Promise<void> {
  const { Plugin, settings } = await import('@oclif/core');
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, undefined, 2)}\n`);
  writeFileSync(join(dist, 'version.txt'), `mcs ${packageJson.version}\n`);
}

const begun = performance.now();
rmSync(join(root, 'oclif.manifest.json'), { force: true });
await bundle();
process.env.OCLIF_COLUMNS = '80'; // read when oclif is imported: the help texts are for any terminal
await writeManifest();
const { writeHelpTexts } = await import('./render-help.ts');
await writeHelpTexts(root, dist);
console.log(`Built dist in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
