import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface ShellOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Shows output while it comes; without it the command is silent. */
  readonly echo?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs one program to its end. An abort asks it to stop with SIGINT, as Ctrl-C would. */
export function runProgram([program = '', ...args]: readonly string[], { cwd, env, echo, signal }: ShellOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const interrupt = (): void => void child.kill('SIGINT');
    signal?.addEventListener('abort', interrupt, { once: true });
    let stdout = '';
    let output = '';
    const collect = (text: string): void => {
      output += text;
      echo?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      collect(text);
    });
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', interrupt);
      resolve({ exitCode: code ?? 1, stdout, output });
    });
  });
}

/** Whether a program is on the PATH. */
export function isInstalled(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}
