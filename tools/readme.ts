/**
 * `npm run readme`: brings the table of commands in README.md up to date. Needs a build.
 * `npm run readme -- --demo FILE`: the how-to too, from the output of `npm run demo` in that file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ListedCommand } from '../src/cli/root-help.ts';
import { withCommandTable } from './readme-commands.ts';
import { withHowto } from './readme-howto.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { demo: { type: 'string' } } });
const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as { commands: Record<string, ListedCommand> };
const file = join(root, 'README.md');
const readme = withCommandTable(readFileSync(file, 'utf8'), Object.values(manifest.commands));
writeFileSync(file, values.demo === undefined ? readme : withHowto(readme, readFileSync(values.demo, 'utf8')));
