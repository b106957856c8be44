import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ListedCommand } from '../../src/cli/root-help.ts';
import { withCommandTable } from '../../tools/readme-commands.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('README.md', () => {
  it('lists every command with its summary (npm run readme)', () => {
    const { commands } = JSON.parse(read('oclif.manifest.json')) as { commands: Record<string, ListedCommand> };
    const readme = read('README.md');
    expect(readme).toBe(withCommandTable(readme, Object.values(commands)));
  });
});
