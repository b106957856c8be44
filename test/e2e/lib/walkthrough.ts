import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runProgram } from '../../../tools/demo/shell.ts';
import type { Ran } from './fleet.ts';

const root = resolve(import.meta.dirname, '../../..');

/** The commands beneath a heading of a page of docs: what is tested is what is written there. */
export type CommandsOf = (heading: string) => string;

/** Reads a page, `docs/mirror-walkthroughs.md`, say. */
export function readWalkthrough(path: string): CommandsOf {
  const page = readFileSync(resolve(root, path), 'utf8');
  return (heading) => commandsBeneath(page, path, heading);
}

function commandsBeneath(page: string, path: string, heading: string): string {
  const begin = page.indexOf(`\n${heading}\n`);
  const rest = page.slice(begin + heading.length + 2);
  // a line of the commands with one "#" is a comment
  const end = rest.search(/^#{2,} /m);
  const commands = /```sh\n([^]*?)```/.exec(end < 0 ? rest : rest.slice(0, end))?.[1];
  if (begin < 0 || commands === undefined) throw new Error(`${path} has no commands beneath "${heading}"`);
  return commands;
}

/** Runs commands as a person would in a folder, by default that of the project; the first that fails ends them. */
export function inShell(commands: string, env: NodeJS.ProcessEnv, cwd = root): Promise<Ran> {
  return runProgram(['bash', '-e', '-c', commands], { cwd, env });
}

export interface Foreground {
  /** What it has printed up to now. */
  output(): string;
  /** Ctrl-C; resolves with what it ended with. */
  stop(): Promise<Ran>;
}

/** Starts commands whose last one does not end by itself. */
export function inForeground(commands: string, env: NodeJS.ProcessEnv): Foreground {
  // a process group of its own: Ctrl-C in a terminal reaches the shell and the program
  const child = spawn('bash', ['-c', commands], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<Ran>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ exitCode: code ?? 1, stdout: output, output }));
  });
  return {
    output: () => output,
    stop: () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
      return ended;
    },
  };
}
