import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Whether kubectl is installed; suites that need it are skipped by name where it is not. */
export function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Kubectl {
  readonly folder: string;
  /** Runs it and gives its stdout; rejects with `stdout` and `stderr` where it fails. */
  run(...args: string[]): Promise<string>;
  /** Runs it with a document on stdin (`-f -`). */
  pipe(document: unknown, ...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** kubectl with a kubeconfig and a cache of its own. */
export async function createKubectl(kubeconfig: string): Promise<Kubectl> {
  const folder = await mkdtemp(join(tmpdir(), 'mcs-kubectl-'));
  const config = join(folder, 'kubeconfig');
  await writeFile(config, kubeconfig, { mode: 0o600 });
  const all = (args: readonly string[]): string[] => ['--kubeconfig', config, '--cache-dir', join(folder, 'cache'), '--request-timeout=20s', ...args];
  return {
    folder,
    run: async (...args) => (await promisify(execFile)('kubectl', all(args))).stdout,
    pipe: async (document, ...args) => {
      const running = promisify(execFile)('kubectl', all([...args, '-f', '-']));
      running.child.stdin?.end(JSON.stringify(document));
      return (await running).stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
