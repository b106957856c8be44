import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Parser } from '@oclif/core';
import type { Command } from '@oclif/core';
import { type FlagShapes, normalizeArgv } from '../../src/cli/argv.ts';
import type { FinishedLine } from './run-lines.ts';

export const root = resolve(import.meta.dirname, '../..');

export interface ManifestCommand {
  readonly id: string;
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly hidden?: boolean;
}

/** The commands of oclif.manifest.json. */
export function readManifest(): Readonly<Record<string, ManifestCommand>> {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as { commands: Record<string, ManifestCommand> };
  return commands;
}

/** Parses the words behind a command's name as the command does, and gives its flags. */
export async function parseAs(id: string, argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { default: command } = (await import(`../../src/commands/${id.replaceAll(':', '/')}.ts`)) as { default: Command.Class };
  const flags = { ...command.baseFlags, ...command.flags };
  const parsed = await Parser.parse(normalizeArgv(argv, flags as FlagShapes), { flags, args: command.args, strict: command.strict });
  return parsed.flags as Record<string, unknown>;
}

/** Words as a shell would have them, up to where it sends the output elsewhere. */
function shellWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const end = words.findIndex((word) => word === '>' || word === '|');
  return words.slice(0, end < 0 ? undefined : end).map((word) => word.replaceAll(/["']/g, ''));
}

/** Splits `mcs show all -o json` into the id of its command and the rest; throws where no command is named. */
export function splitCommandLine(line: string, ids: readonly string[]): { id: string; argv: string[] } {
  const [program, ...words] = shellWords(line);
  const lengths = words.map((_, index) => words.length - index);
  const length = lengths.find((count) => ids.includes(words.slice(0, count).join(':')));
  if (program !== 'mcs' || length === undefined) throw new Error(`"${line}" names no command`);
  return { id: words.slice(0, length).join(':'), argv: words.slice(length) };
}

/** Runs command lines on dist/, in a process that knows no cluster and none of the user's files. */
export async function runLines(lines: readonly (readonly string[])[]): Promise<FinishedLine[]> {
  const home = mkdtempSync(join(tmpdir(), 'mcs-lines-'));
  const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: join(home, 'none'), OCLIF_COLUMNS: '80', NO_COLOR: '1', SHELL: '/bin/bash' };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'run-lines.ts'), root, JSON.stringify(lines)], { env, cwd: home, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout) as FinishedLine[];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
