/**
 * `npm run drill`: breaks a sandbox of two joined clusters in one place at a time, then in two, and expects
 * `mcs diagnose all` to name those places, and no others. Exits with 1 where one is not named right.
 *   -- --only NAME        faults whose name contains it
 *   -- --seed NUMBER      the names, ports and addresses of a former run
 *   -- --tap FILE         the results once more, for programs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startJoinedSandbox } from '../bench/lib/joined-sandbox.ts';
import { createDice } from './drill/dice.ts';
import { diagnoseAll, type Diagnosis, judgeFault, judgeHealth, until } from './drill/diagnosis.ts';
import type { Fault, Scene, Setting } from './drill/fault.ts';
import { makeFaults } from './drill/faults/index.ts';
import { describeFindings } from './drill/judge-report.ts';
import { copyKubeconfig, setScene } from './drill/scene.ts';

const root = resolve(import.meta.dirname, '..');
/** For a fault to show, and for its traces to go. */
const PATIENCE_MS = Number(process.env.DRILL_PATIENCE ?? 60_000);

const { values } = parseArgs({ options: { only: { type: 'string' }, seed: { type: 'string' }, tap: { type: 'string' } } });

interface Outcome {
  readonly fault: Fault;
  readonly seconds: number;
  readonly complaints: readonly string[];
}

async function drill(scene: Scene, ask: () => Promise<Diagnosis>, fault: Fault): Promise<Outcome> {
  const mend = await fault.inject(scene);
  const begun = performance.now();
  const complaint = await until(ask, judgeFault(fault), PATIENCE_MS);
  const seconds = (performance.now() - begun) / 1000;
  await mend();
  const remains = await until(ask, judgeHealth, PATIENCE_MS);
  return { fault, seconds, complaints: [...(complaint === undefined ? [] : [complaint]), ...(remains === undefined ? [] : [`after the repair: ${remains}`])] };
}

function print({ fault, seconds, complaints }: Outcome): void {
  console.log(`  ${complaints.length === 0 ? 'ok    ' : 'WRONG '} ${fault.name.padEnd(48)} ${describeFindings(fault.expected).padEnd(60)} ${seconds.toFixed(1).padStart(5)} s`);
  for (const complaint of complaints) console.log(`         ${complaint}`);
}

const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const dice = createDice(seed);
const setting: Setting = { dice, near: 'cluster0', far: 'cluster1', namespace: dice.word(), service: dice.word() };
const faults = makeFaults(setting).filter(({ name }) => values.only === undefined || name.includes(values.only));
const folder = mkdtempSync(join(tmpdir(), 'mcs-drill-'));
const clusters = await startJoinedSandbox(root);
try {
  const [near, far] = [await clusters.client(setting.near), await clusters.client(setting.far)];
  const scene: Scene = { client: (name) => (name === setting.near ? near : far), kubeconfig: copyKubeconfig(clusters.env.KUBECONFIG ?? '', folder) };
  const env = { ...clusters.env, KUBECONFIG: scene.kubeconfig };
  const ask = (): Promise<Diagnosis> => diagnoseAll(env, []);
  await setScene(near, far, setting);
  const unwell = await until(ask, judgeHealth, PATIENCE_MS);
  if (unwell !== undefined) throw new Error(`Cannot begin the drill: ${unwell}`);
  console.log(`drill: ${faults.length} faults, seed ${seed}`);
  let wrong = 0;
  for (const fault of faults) {
    const outcome = await drill(scene, ask, fault);
    print(outcome);
    wrong += outcome.complaints.length === 0 ? 0 : 1;
  }
  console.log(`${faults.length - wrong} of ${faults.length} faults named right`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await clusters.stop();
  rmSync(folder, { recursive: true, force: true });
}
