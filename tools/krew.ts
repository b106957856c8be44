/** `npm run krew -- ARCHIVE --uri URL --homepage URL`: prints the krew manifest of an archive that `npm pack` wrote. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { renderKrewManifest } from './krew-manifest.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { uri: { type: 'string' }, homepage: { type: 'string' } } });
const [file] = positionals;
const { homepage, uri } = values;
if (file === undefined || positionals.length > 1 || uri === undefined || homepage === undefined) {
  console.error('usage: npm pack && npm run --silent krew -- ARCHIVE --uri URL --homepage URL > mcs.yaml');
  process.exit(2);
}
const template = readFileSync(join(resolve(import.meta.dirname, '..'), 'plugins', 'krew', 'mcs.yaml'), 'utf8');
process.stdout.write(renderKrewManifest({ template, version: packageJson.version, homepage, uri, archive: readFileSync(file) }));
