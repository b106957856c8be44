/**
 * `npm run drill [-- --only NAME]`: breaks one thing at a time in two joined clusters, and expects
 * `mcs diagnose all` to name it, and nothing else. Prints a line per fault; exits 1 where one is not named right.
 */
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startJoinedContexts } from '../bench/lib/joined-contexts.ts';
import { startJoinedSandbox } from '../bench/lib/joined-sandbox.ts';
import { EXIT } from '../src/base/exit-codes.ts';
import type { DiagnoseReport } from '../src/diagnose/report.ts';
import { runProgram } from './demo/shell.ts';
import { FAR, type Fault, NEAR, type Scene } from './drill/fault.ts';
import { FAULTS } from './drill/faults.ts';
import { describeFindings, judgeReport, namedCauses } from './drill/judge-report.ts';
import { setScene } from './drill/scene.ts';

const root = resolve(import.meta.dirname, '..');
/** For a fault to show, and for its traces to go. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;
/** Rounds over clusters that are well, in which nothing may be found. */
const HEALTHY_ROUNDS = 20;

const { values } = parseArgs({ options: { only: { type: 'string' }, contexts: { type: 'string' } } });
const [near, far] = values.contexts?.split(',') ?? [];

interface Diagnosis {
  readonly report: DiagnoseReport;
  readonly exitCode: number;
}

async function diagnoseAll({ clusters }: Scene): Promise<Diagnosis> {
  const finished = await runProgram([process.execPath, join(root, 'bin', 'mcs.js'), 'diagnose', 'all', '-o', 'json', '--fail-on', 'warning'], { cwd: root, env: clusters.env });
  return { report: JSON.parse(finished.stdout) as DiagnoseReport, exitCode: finished.exitCode };
}

/** Asks until the judgement is good or the time is over. Returns the last complaint, undefined for none. */
async function until(scene: Scene, judge: (diagnosis: Diagnosis) => string | undefined): Promise<string | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const complaint = judge(await diagnoseAll(scene));
    if (complaint === undefined || performance.now() > deadline) return complaint;
    await delay(PAUSE_MS);
  }
}

function judgeHealth({ report, exitCode }: Diagnosis): string | undefined {
  const found = describeFindings(namedCauses(report, true));
  if (found !== '') return `found in clusters that are well: ${found}`;
  return exitCode === EXIT.ok ? undefined : `exit code ${exitCode} for clusters that are well`;
}

function judgeFault(fault: Fault): (diagnosis: Diagnosis) => string | undefined {
  const wanted = fault.isWarning === true ? EXIT.warnings : EXIT.checksFailed;
  return ({ report, exitCode }) => judgeReport(report, fault) ?? (exitCode === wanted ? undefined : `exit code ${exitCode} instead of ${wanted}`);
}

async function drill(scene: Scene, fault: Fault): Promise<boolean> {
  const mend = await fault.inject(scene);
  const begun = performance.now();
  const complaint = await until(scene, judgeFault(fault));
  const seconds = (performance.now() - begun) / 1000;
  await mend();
  const remains = await until(scene, judgeHealth);
  const isGood = complaint === undefined && remains === undefined;
  console.log(`  ${isGood ? 'ok    ' : 'WRONG '} ${fault.name.padEnd(44)} ${describeFindings(fault.expected).padEnd(44)} ${seconds.toFixed(1).padStart(5)} s`);
  if (complaint !== undefined) console.log(`         ${complaint}`);
  if (remains !== undefined) console.log(`         after the repair: ${remains}`);
  return isGood;
}

async function countFalseAlarms(scene: Scene): Promise<number> {
  let alarms = 0;
  for (let round = 0; round < HEALTHY_ROUNDS; round += 1) {
    const complaint = judgeHealth(await diagnoseAll(scene));
    if (complaint !== undefined) console.log(`         ${complaint}`);
    alarms += complaint === undefined ? 0 : 1;
  }
  return alarms;
}

const asked = FAULTS.filter(({ name }) => values.only === undefined || name.includes(values.only));
const clusters = near === undefined || far === undefined ? await startJoinedSandbox(root) : await startJoinedContexts(root, [near, far]);
try {
  const scene: Scene = { clusters, near: await clusters.client(near ?? NEAR), far: await clusters.client(far ?? FAR) };
  await setScene(scene);
  const unwell = await until(scene, judgeHealth);
  if (unwell !== undefined) throw new Error(`Cannot begin the drill: ${unwell}`);
  console.log(`drill: ${asked.length} faults, in ${clusters.kind === 'sandbox' ? 'a sandbox' : 'real clusters'}`);
  let wrong = 0;
  for (const fault of asked) wrong += (await drill(scene, fault)) ? 0 : 1;
  const alarms = await countFalseAlarms(scene);
  console.log(`${asked.length - wrong} of ${asked.length} faults named right; ${alarms} false alarms in ${HEALTHY_ROUNDS} rounds over clusters that are well`);
  process.exitCode = wrong + alarms === 0 ? 0 : 1;
} finally {
  await clusters.stop();
}
