/**
 * `npm run e2e`: the whole product on real clusters, or on what comes nearest here:
 *   npm run e2e -- --contexts a,b   clusters of your kubeconfig, which have the image (npm run image -- FILE) and are not members of anything
 *   npm run e2e                     clusters of the lab (MCS_LAB), else the sandbox
 *   --only NAME                     tests whose name matches
 *   --all                           faults of the part "drill" too that take long to show
 *   --keep                          leaves the lab running
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findLab, runOnLab } from './e2e/lab-clusters.ts';

const root = resolve(import.meta.dirname, '..');
const SANDBOX = ['cluster0', 'cluster1'];

const { values } = parseArgs({ options: { contexts: { type: 'string' }, only: { type: 'string' }, all: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, tap: { type: 'string' } } });
const passedOn = [...(values.only === undefined ? [] : ['--only', values.only]), ...(values.all ? ['--all'] : []), ...(values.tap === undefined ? [] : ['--tap', resolve(values.tap)])];

function runTests(contexts: string, env: NodeJS.ProcessEnv): number {
  const args = [
    '--test', '--test-isolation=none', '--test-reporter=spec', '--test-reporter-destination=stdout',
    ...(values.tap === undefined ? [] : ['--test-reporter=tap', `--test-reporter-destination=${values.tap}`]),
    ...(values.only === undefined ? [] : [`--test-name-pattern=${values.only}`]),
    join(root, 'test/e2e/parts.ts'),
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env, MCS_E2E_CONTEXTS: contexts, MCS_E2E_ALL: values.all ? '1' : '' } });
  return status ?? 1;
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
  process.exitCode = runOnLab(lab, passedOn, values.keep);
} else {
  console.log('e2e on the sandbox: neither --contexts nor a lab is there, so what needs containers is skipped');
  process.exitCode = runOnSandbox();
}
