import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
/** Runs a program of ours on Node, as the image's own program or under the name that its manifest calls. */
function nodeProgram(file: string, ...rest: string[]): string[] {
  return ['--base', 'node', '--add', `${root}/test/e2e/${file}:/${basename(file)}`, ...rest];
}

const GATEWAYS = 'gateway-dns/stand-ins';
/** What the e2e runs besides our own image, and what stands in for it where there is no registry. */
const STAND_INS = {
  'nginxinc/nginx-unprivileged:stable-alpine': nodeProgram('lab/nginx.mjs', '--entrypoint', 'node /nginx.mjs', '--user', '101'),
  'quay.io/submariner/nettest:0.20.0': ['--base', 'tools'],
  'docker.io/curlimages/curl:latest': ['--base', 'tools'],
  'gcr.io/kuar-demo/kuard-amd64:1': nodeProgram(`${GATEWAYS}/kuard.mjs`, '--entrypoint', 'node /kuard.mjs'),
  'ghcr.io/projectcontour/contour:v1.30.3': nodeProgram(`${GATEWAYS}/contour.mjs`, '--add', `${root}/test/e2e/${GATEWAYS}/contour:/usr/local/bin/contour`),
  'docker.io/envoyproxy/envoy:v1.31.5': nodeProgram(`${GATEWAYS}/envoy.mjs`, '--add', `${root}/test/e2e/${GATEWAYS}/envoy:/usr/local/bin/envoy`),
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Reference of an image that the lab can stand in for. */
export type StandIn = keyof typeof STAND_INS;

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

/** Makes archives of images, as the lab loads them, each once. */
class ImageArchives {
  readonly #lab: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #made = new Map<string, string>();

  constructor(lab: string, folder: string, env: NodeJS.ProcessEnv) {
    this.#lab = lab;
    this.#folder = folder;
    this.#env = env;
  }

  get own(): string {
    return this.#ensure('mcs', (archive) => must(process.execPath, [join(root, 'tools/image.ts'), archive], this.#env));
  }

  standIn(reference: StandIn): string {
    return this.#ensure(reference, (archive) => must(this.#lab, ['image', 'build', reference, ...STAND_INS[reference], '--out', archive], this.#env));
  }

  #ensure(name: string, make: (archive: string) => void): string {
    const archive = this.#made.get(name) ?? join(this.#folder, `${this.#made.size}.tar`);
    if (!this.#made.has(name)) make(archive);
    this.#made.set(name, archive);
    return archive;
  }
}

/** Has the CoreDNS of a cluster look for a changed Corefile every 2 s: by default it does every 30 to 45 s, and each join waits for it. */
function hastenDns(lab: string, name: string, env: NodeJS.ProcessEnv): void {
  const kubectl = `kubectl --context ${name} -n kube-system`;
  const script = `${kubectl} get configmap coredns -o yaml | sed 's/^\\( *\\)reload$/\\1reload 2s/' | ${kubectl} replace -f - && ${kubectl} rollout restart deployment coredns`;
  must(lab, ['exec', '--', 'sh', '-c', script], env);
}

/** A part of the e2e on clusters of its own. */
export interface LabRun {
  /** Of the clusters, and so of their contexts. */
  readonly names: readonly string[];
  /** How the lab makes them. */
  readonly labFlags: readonly string[];
  readonly standIns: readonly StandIn[];
  /** For tools/e2e.ts in their workstation. */
  readonly args: readonly string[];
}

/** For each run makes clusters, runs the e2e in their workstation, and takes them down again; the last ones may stay. Gives the highest exit code. */
export function runOnLab(lab: string, runs: readonly LabRun[], keep: boolean): number {
  // a state of its own: a lab that somebody works in stays as it is
  const env = { ...process.env, LAB_STATE: process.env.LAB_STATE ?? '/var/tmp/mcs-e2e' };
  const folder = mkdtempSync(join(tmpdir(), 'mcs-e2e-image-'));
  const images = new ImageArchives(lab, folder, env);
  const runOne = ({ names, labFlags, standIns, args }: LabRun): number => {
    must(lab, ['up', '--names', names.join(','), '--images', 'tools,node', ...labFlags], env);
    for (const name of names) hastenDns(lab, name, env);
    for (const image of [images.own, ...standIns.map((reference) => images.standIn(reference))]) must(lab, ['image', 'load', image], env);
    return call(lab, ['exec', '--', process.execPath, join(root, 'tools/e2e.ts'), '--contexts', names.join(','), ...args], { ...env, MCS_E2E_LAB: lab });
  };
  try {
    // "up" takes a former lab down
    return Math.max(...runs.map(runOne));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!keep) call(lab, ['down'], env);
  }
}
