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

/** Archives of the images that the e2e runs, as the lab loads them. */
function buildImages(lab: string, folder: string, env: NodeJS.ProcessEnv): readonly string[] {
  const image = join(folder, 'mcs.tar');
  must(process.execPath, [join(root, 'tools/image.ts'), image], env);
  const standIns = STAND_INS.map(([reference, ...recipe], index) => {
    const archive = join(folder, `stand-in-${index}.tar`);
    must(lab, ['image', 'build', reference, ...recipe, '--out', archive], env);
    return archive;
  });
  return [image, ...standIns];
}

/** Has the CoreDNS of a cluster look for a changed Corefile every 2 s: by default it does every 30 to 45 s, and each join waits for it. */
function hastenDns(lab: string, name: string, env: NodeJS.ProcessEnv): void {
  const kubectl = `kubectl --context ${name} -n kube-system`;
  const script = `${kubectl} get configmap coredns -o yaml | sed 's/^\\( *\\)reload$/\\1reload 2s/' | ${kubectl} replace -f - && ${kubectl} rollout restart deployment coredns`;
  must(lab, ['exec', '--', 'sh', '-c', script], env);
}

/** A part of the e2e on clusters of its own. */
export interface LabRun {
  /** How the lab makes them. */
  readonly labFlags: readonly string[];
  /** For tools/e2e.ts in their workstation. */
  readonly args: readonly string[];
}

/** For each run makes two clusters, runs the e2e in their workstation, and takes them down again; the last ones may stay. Gives the highest exit code. */
export function runOnLab(lab: string, runs: readonly LabRun[], keep: boolean): number {
  // a state of its own: a lab that somebody works in stays as it is
  const env = { ...process.env, LAB_STATE: process.env.LAB_STATE ?? '/var/tmp/mcs-e2e' };
  const folder = mkdtempSync(join(tmpdir(), 'mcs-e2e-image-'));
  let images: readonly string[] | undefined;
  const runOne = ({ labFlags, args }: LabRun): number => {
    must(lab, ['up', '--names', NAMES.join(','), '--images', 'tools,node', ...labFlags], env);
    for (const name of NAMES) hastenDns(lab, name, env);
    images ??= buildImages(lab, folder, env);
    for (const image of images) must(lab, ['image', 'load', image], env);
    return call(lab, ['exec', '--', process.execPath, join(root, 'tools/e2e.ts'), '--contexts', NAMES.join(','), ...args], { ...env, MCS_E2E_LAB: lab });
  };
  try {
    // "up" takes a former lab down
    return Math.max(...runs.map(runOne));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!keep) call(lab, ['down'], env);
  }
}
