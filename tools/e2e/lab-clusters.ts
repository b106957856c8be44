import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const NAMES = ['cluster0', 'cluster1'];
/** What the e2e runs besides our own image, and what stands in for it where there is no registry. */
const STAND_INS: readonly (readonly [reference: string, ...recipe: string[]])[] = [
  ['nginxinc/nginx-unprivileged:stable-alpine', '--base', 'node', '--add', `${root}/test/e2e/lab/nginx.mjs:/nginx.mjs`, '--entrypoint', 'node /nginx.mjs', '--user', '101'],
  ['quay.io/submariner/nettest:0.20.0', '--base', 'tools'],
];

function call(program: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const { status, error } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}

function must(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (call(program, args, env) !== 0) throw new Error(`Cannot go on: "${[program, ...args].join(' ')}" failed`);
}

/** The program of the lab, which makes real clusters on this machine; undefined where there is none. */
export function findLab(env: NodeJS.ProcessEnv): string | undefined {
  const path = resolve(root, env.MCS_LAB ?? '../shared/lab/lab');
  return existsSync(path) ? path : undefined;
}

/** Makes two clusters, runs the e2e in their workstation, and takes them down again unless they shall stay. Gives its exit code. */
export function runOnLab(lab: string, args: readonly string[], keep: boolean): number {
  // a state of its own: a lab that somebody works in stays as it is
  const env = { ...process.env, LAB_STATE: process.env.LAB_STATE ?? '/var/tmp/mcs-e2e' };
  const folder = mkdtempSync(join(tmpdir(), 'mcs-e2e-image-'));
  const image = join(folder, 'mcs.tar');
  try {
    must(lab, ['up', '--names', NAMES.join(','), '--images', 'tools,node'], env);
    must(process.execPath, [join(root, 'tools/image.ts'), image], env);
    must(lab, ['image', 'load', image], env);
    for (const [reference, ...recipe] of STAND_INS) {
      const archive = join(folder, 'stand-in.tar');
      must(lab, ['image', 'build', reference, ...recipe, '--out', archive], env);
      must(lab, ['image', 'load', archive], env);
    }
    return call(lab, ['exec', '--', process.execPath, join(root, 'tools/e2e.ts'), '--contexts', NAMES.join(','), ...args], { ...env, MCS_E2E_LAB: lab });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!keep) call(lab, ['down'], env);
  }
}
