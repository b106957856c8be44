import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Config } from '@oclif/core';
import McsHelp from '../src/cli/help.ts';

/** oclif's help, kept instead of printed. */
class KeptHelp extends McsHelp {
  readonly lines: string[] = [];

  protected override log(...lines: string[]): void {
    this.lines.push(...lines);
  }
}

async function render(root: string, words: readonly string[]): Promise<string> {
  // a config of its own for each text: oclif's help changes the ids of the commands that it lists
  const help = new KeptHelp(await Config.load({ root }));
  await help.showHelp([...words]);
  return `${stripVTControlCharacters(help.lines.join('\n'))}\n`;
}

/**
 * Writes the help of `mcs` (help.txt) and of every command and topic (help/show/all.txt): bin/mcs.js
 * prints them without loading anything. Needs the manifest, and OCLIF_COLUMNS=80 in the environment.
 */
export async function writeHelpTexts(root: string, dist: string): Promise<void> {
  const { commandIDs, topics } = await Config.load({ root });
  writeFileSync(join(dist, 'help.txt'), await render(root, []));
  for (const id of new Set([...commandIDs, ...topics.map(({ name }) => name)])) {
    const file = join(dist, 'help', `${id.replaceAll(':', '/')}.txt`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await render(root, id.split(':')));
  }
}
