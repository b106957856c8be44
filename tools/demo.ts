/** `npm run demo`: the main job, typed out, on a sandbox of two clusters. Exits 1 if a step did not do what it says. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resources } from '../src/api/resources.ts';
import { sandboxPort } from '../src/base/runtime.ts';
import { accessForContext, loadKubeconfig } from '../src/kube/access.ts';
import { createKubeClient } from '../src/kube/kube-client.ts';
import { isInstalled, runProgram, type Finished } from './demo/shell.ts';
import { type Programs, requestStep, resolveStep, setUpSteps, type Step, tearDownSteps } from './demo/steps.ts';

const root = resolve(import.meta.dirname, '..');
const PATIENCE_MS = 15_000;

const stop = new AbortController();
const interrupt = (): void => {
  stop.abort();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

// state, join keys and the broker-info file of the demo stay out of the user's own folders
const folder = mkdtempSync(join(tmpdir(), 'mcs-demo-'));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  XDG_STATE_HOME: join(folder, 'state'),
  XDG_CONFIG_HOME: join(folder, 'config'),
  KUBECONFIG: join(folder, 'state', 'mcs', 'sandbox', 'demo', 'kubeconfig'),
};
const say = (text: string): void => void process.stdout.write(text);

const programs: Programs = {
  mcs: ['npx', 'mcs'],
  kubectl: isInstalled('kubectl', env) ? ['kubectl'] : ['npx', 'node', 'tools/kubectl.ts'],
  dig: isInstalled('dig', env) ? ['dig'] : ['npx', 'node', 'tools/dig.ts'],
  curl: (url) =>
    isInstalled('curl', env) ? ['curl', '-sS', '--max-time', '5', url] : ['node', '-e', `fetch("${url}").then(async (answer) => console.log(await answer.text()))`],
};

/** `npx mcs` starts bin/mcs.js, and `npx node` the clone's own Node; the demo does it without the half second that npx takes. */
function toRun([program = '', name, ...args]: readonly string[]): readonly string[] {
  if (program !== 'npx') return name === undefined ? [program] : [program, name, ...args];
  return name === 'node' ? [process.execPath, ...args] : [process.execPath, join(root, 'bin', 'mcs.js'), ...args];
}

async function attempt({ argv, expect }: Step): Promise<{ finished: Finished; ok: boolean }> {
  const finished = await runProgram(toRun(argv), { cwd: root, env, signal: stop.signal });
  return { finished, ok: finished.exitCode === 0 && (expect === undefined || expect.test(finished.output)) };
}

/** Prints a command, runs it, prints what it says, and throws unless that is as expected. */
async function perform(step: Step): Promise<string> {
  say(`\n# ${step.title}\n$ ${step.argv.map(quote).join(' ')}\n`);
  const deadline = performance.now() + (step.patient === true ? PATIENCE_MS : 0);
  for (;;) {
    const { finished, ok } = await attempt(step);
    stop.signal.throwIfAborted();
    if (ok || performance.now() >= deadline) {
      say(finished.output);
      if (!ok) throw new Error(`"${step.title}" did not do what it says (exit code ${finished.exitCode})`);
      return finished.stdout.trim();
    }
    await delay(100, undefined, { signal: stop.signal });
  }
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

async function dnsAddressOf(context: string): Promise<string> {
  const client = createKubeClient(accessForContext(await loadKubeconfig({ env }), context));
  try {
    return (await client.get(resources.services, 'mcs-dns', 'submariner-operator')).spec.clusterIP ?? '';
  } finally {
    client.close();
  }
}

async function main(): Promise<void> {
  await runProgram([process.execPath, join(root, 'tools', 'build.ts')], { cwd: root, env, echo: say, signal: stop.signal });
  await perform({ title: 'Start a sandbox of two clusters', argv: [...programs.mcs, 'sandbox', 'up', '--name', 'demo'] });
  say(`\n$ export KUBECONFIG=${env.KUBECONFIG ?? ''}\n`);
  for (const step of setUpSteps(programs)) await perform(step);
  const clustersetIP = await perform(resolveStep(programs, await dnsAddressOf('cluster1'), sandboxPort(53)));
  await perform(requestStep(programs, clustersetIP));
  for (const step of tearDownSteps(programs)) await perform(step);
}

async function cleanUp(): Promise<void> {
  const { output, exitCode } = await runProgram(toRun([...programs.mcs, 'sandbox', 'down', '--name', 'demo']), { cwd: root, env });
  say(`\n# Take the sandbox down\n$ npx mcs sandbox down --name demo\n${output}`);
  if (exitCode !== 0) process.exitCode = 1;
  rmSync(folder, { recursive: true, force: true });
  rmSync(ownFile, { force: true });
}

const ownFile = join(root, 'broker-info.subm');
if (existsSync(ownFile)) {
  say(`The demo writes broker-info.subm, and there is one already: move it away first\n`);
  process.exit(1);
}
const begun = performance.now();
try {
  await main();
  say(`\nThe demo did what it says, in ${((performance.now() - begun) / 1000).toFixed(1)} s.\n`);
} catch (error) {
  process.exitCode = stop.signal.aborted ? 130 : 1;
  say(`\n${stop.signal.aborted ? 'Stopped' : `The demo failed: ${(error as Error).message}`}\n`);
} finally {
  await cleanUp();
}
