import { spawnSync } from 'node:child_process';

/** Runs a program to its end. Returns what it printed; throws with its last words if it failed. */
export function run(program: string, args: readonly string[], options: { readonly cwd?: string } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (error !== undefined) throw new Error(`Cannot run ${program}: ${error.message}`);
  if (status !== 0) throw new Error(`Cannot ${[program, ...args].join(' ')}: ${stderr.trim().split('\n').slice(-3).join('; ')}`);
  return stdout;
}
