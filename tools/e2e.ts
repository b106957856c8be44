/**
 * `npm run e2e`: the whole product on real clusters, or on what comes nearest here:
 *   npm run e2e -- --contexts a,b   clusters of your kubeconfig, which have the image (npm run image -- FILE) and are not members of anything
 *   --flat                          with --contexts: their pods reach each other, as mirror and hub need it
 *   npm run e2e                     clusters of the lab (MCS_LAB), else the sandbox
 *   --part NAME                     clusterset, mirror, gateway-dns or hub; in the lab each has clusters of its own
 *   --only NAME                     tests whose name matches; one that begins with the name of a part is of that part
 *   --all                           faults of the drill too that take long to show
 *   --keep                          leaves the lab running, that of the last part
 *   --tap FILE                      appends the results there
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findLab, type LabRun, runOnLab } from './e2e/lab-clusters.ts';

const root = resolve(import.meta.dirname, '..');
const SANDBOX = ['cluster0', 'cluster1'];
const NETTEST = 'quay.io/submariner/nettest:0.20.0';
const CURL = 'docker.io/curlimages/curl:latest';
const NGINX = 'nginxinc/nginx-unprivileged:stable-alpine';

/** A part: what the test runner is given, and how the lab makes the clusters of it. */
interface PartOfE2e extends Omit<LabRun, 'args'> {
  readonly file: string;
  readonly flags: readonly string[];
}

const PARTS = {
  clusterset: { file: 'test/e2e/parts.ts', names: ['cluster0', 'cluster1'], labFlags: [], standIns: [NGINX, NETTEST], flags: [] },
  mirror: { file: 'test/e2e/mirror-parts.ts', names: ['cluster0', 'cluster1'], labFlags: ['--flat'], standIns: [NETTEST], flags: ['--flat'] },
  // all of them have the same ranges: nothing but the gateways can be reached
  'gateway-dns': {
    file: 'test/e2e/gateway-dns-parts.ts',
    names: ['management', 'cluster-a', 'cluster-b'],
    labFlags: ['--overlap', '--workers', '1'],
    standIns: [NETTEST, CURL, 'gcr.io/kuar-demo/kuard-amd64:1', 'ghcr.io/projectcontour/contour:v1.30.3', 'docker.io/envoyproxy/envoy:v1.31.5'],
    flags: [],
  },
  hub: { file: 'test/e2e/hub-parts.ts', names: ['hub', 'west', 'east'], labFlags: ['--flat'], standIns: [NGINX, NETTEST, CURL], flags: ['--flat'] },
} as const satisfies Readonly<Record<string, PartOfE2e>>;
type Part = keyof typeof PARTS;

const { values } = parseArgs({
  options: {
    contexts: { type: 'string' }, flat: { type: 'boolean', default: false }, part: { type: 'string' }, only: { type: 'string' },
    all: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, tap: { type: 'string' },
  },
});
const { only, part, tap } = values;
const passedOn = [...(only === undefined ? [] : ['--only', only]), ...(values.all ? ['--all'] : []), ...(tap === undefined ? [] : ['--tap', resolve(tap)])];

function wantedParts(): readonly Part[] {
  const all = Object.keys(PARTS) as Part[];
  if (part !== undefined) {
    const named = all.filter((name) => name === part);
    if (named.length === 0) throw new Error(`Cannot run the part "${part}" of the e2e: there is ${all.join(', ')}`);
    return named;
  }
  if (only === undefined) return all;
  return [all.find((name) => only.startsWith(name)) ?? 'clusterset'];
}

function runPart(name: Part, env: NodeJS.ProcessEnv, results: string): number {
  const args = [
    '--test', '--test-isolation=none', '--test-reporter=spec', '--test-reporter-destination=stdout',
    ...(tap === undefined ? [] : ['--test-reporter=tap', `--test-reporter-destination=${results}`]),
    ...(only === undefined ? [] : [`--test-name-pattern=${only}`]),
    join(root, PARTS[name].file),
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  // a reporter begins its file anew, and would drop what the part before has said
  if (tap !== undefined && existsSync(results)) appendFileSync(tap, readFileSync(results));
  return status ?? 1;
}

function runTests(contexts: string, env: NodeJS.ProcessEnv): number {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-e2e-tap-'));
  const all = { ...env, MCS_E2E_CONTEXTS: contexts, MCS_E2E_ALL: values.all ? '1' : '', MCS_E2E_FLAT: values.flat ? '1' : '' };
  try {
    return Math.max(...wantedParts().map((name) => runPart(name, all, join(folder, name))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOnSandbox(): number {
  const mcs = (...args: string[]): number => spawnSync(process.execPath, [join(root, 'bin/mcs.js'), ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
  if (mcs('sandbox', 'up', '--name', 'e2e') !== 0) return 1;
  try {
    const kubeconfig = spawnSync(process.execPath, [join(root, 'bin/mcs.js'), 'sandbox', 'status', '--name', 'e2e', '-o', 'json'], { cwd: root, encoding: 'utf8' });
    return runTests(SANDBOX.join(','), { KUBECONFIG: (JSON.parse(kubeconfig.stdout) as { kubeconfig: string }).kubeconfig, MCS_E2E_SANDBOX: '1' });
  } finally {
    mcs('sandbox', 'down', '--name', 'e2e');
  }
}

const lab = findLab(process.env);
if (values.contexts !== undefined) {
  console.log(`e2e on the clusters of contexts ${values.contexts}`);
  process.exitCode = runTests(values.contexts, {});
} else if (lab !== undefined) {
  console.log(`e2e on clusters of the lab at ${lab}`);
  process.exitCode = runOnLab(lab, wantedParts().map((name) => ({ ...PARTS[name], args: ['--part', name, ...PARTS[name].flags, ...passedOn] })), values.keep);
} else {
  console.log('e2e on the sandbox: neither --contexts nor a lab is there, so what needs containers is skipped');
  process.exitCode = runOnSandbox();
}
