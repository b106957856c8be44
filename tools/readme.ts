/** `npm run readme`: brings the table of commands in README.md up to date. Needs a build. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ListedCommand } from '../src/cli/root-help.ts';
import { withCommandTable } from './readme-commands.ts';

const root = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as { commands: Record<string, ListedCommand> };
const file = join(root, 'README.md');
writeFileSync(file, withCommandTable(readFileSync(file, 'utf8'), Object.values(manifest.commands)));
