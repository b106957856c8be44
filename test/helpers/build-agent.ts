import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** Bundles one agent of this clone into `packageRoot`, where a sandbox finds it. */
export async function buildAgent(packageRoot: string, name: string): Promise<void> {
  await writeFile(join(packageRoot, 'package.json'), '{"type":"module"}');
  await build({
    entryPoints: [join(root, `src/agents/${name}.ts`)],
    outfile: join(packageRoot, `dist/agents/${name}.js`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    logLevel: 'error',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
}
