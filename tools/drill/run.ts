import { writeFileSync } from 'node:fs';
import { diagnoseAll, type Diagnosis, judgeFault, judgeHealth, until } from './diagnosis.ts';
import type { Fault, Scene } from './fault.ts';
import { describeFindings } from './judge-report.ts';

/** For a fault to show, and for its traces to go. */
const PATIENCE_MS = 60_000;
/** Rounds over clusters that are well, in which nothing may be found. */
const HEALTHY_ROUNDS = 20;

export interface DrillOptions {
  readonly faults: readonly Fault[];
  readonly scene: Scene;
  /** With the kubeconfig of the scene. */
  readonly env: NodeJS.ProcessEnv;
  /** Gets the results once more, for programs. */
  readonly tap?: string | undefined;
}

interface Outcome {
  readonly fault: Pick<Fault, 'name' | 'expected'>;
  readonly seconds: number;
  readonly complaints: readonly string[];
}

const asker = (env: NodeJS.ProcessEnv, needsPods: boolean) => (): Promise<Diagnosis> => diagnoseAll(env, needsPods ? [] : ['--no-pods']);

async function drill({ scene, env }: DrillOptions, fault: Fault): Promise<Outcome> {
  const ask = asker(env, fault.needsPods === true);
  const mend = await fault.inject(scene);
  const begun = performance.now();
  const complaint = await until(ask, judgeFault(fault), PATIENCE_MS);
  const seconds = (performance.now() - begun) / 1000;
  await mend();
  const remains = await until(ask, judgeHealth, PATIENCE_MS);
  return { fault, seconds, complaints: [...(complaint === undefined ? [] : [complaint]), ...(remains === undefined ? [] : [`after the repair: ${remains}`])] };
}

function print({ fault, seconds, complaints }: Outcome): void {
  console.log(`  ${complaints.length === 0 ? 'ok    ' : 'WRONG '} ${fault.name.padEnd(50)} ${describeFindings(fault.expected).padEnd(50)} ${seconds.toFixed(1).padStart(5)} s`);
  for (const complaint of complaints) console.log(`         ${complaint}`);
}

function writeTap(path: string, outcomes: readonly Outcome[], alarms: number): void {
  const good = outcomes.filter(({ complaints }) => complaints.length === 0).length;
  const lines = outcomes.map(({ fault, complaints }, index) => `${complaints.length === 0 ? 'ok' : 'not ok'} ${index + 1} - ${fault.name}`);
  const healthy = `${alarms === 0 ? 'ok' : 'not ok'} ${outcomes.length + 1} - clusters that are well`;
  const passed = good + (alarms === 0 ? 1 : 0);
  writeFileSync(path, ['TAP version 13', ...lines, healthy, `1..${outcomes.length + 1}`, `# pass ${passed}`, `# fail ${outcomes.length + 1 - passed}`, ''].join('\n'));
}

/** A diagnosis between two faults, when the traces of the first are gone. Returns whether it found something. */
async function isFalseAlarm(env: NodeJS.ProcessEnv): Promise<boolean> {
  const complaint = judgeHealth(await asker(env, false)());
  if (complaint !== undefined) console.log(`         ${complaint}`);
  return complaint !== undefined;
}

/** Breaks one thing after another. Prints the table; returns whether all were named right and nothing else was. */
export async function runDrill(options: DrillOptions): Promise<boolean> {
  const { faults, env, tap } = options;
  const unwell = await until(asker(env, true), judgeHealth, PATIENCE_MS);
  if (unwell !== undefined) throw new Error(`Cannot begin the drill: ${unwell}`);
  const outcomes: Outcome[] = [];
  let alarms = 0;
  for (const [index, fault] of faults.entries()) {
    const outcome = await drill(options, fault);
    print(outcome);
    outcomes.push(outcome);
    const rounds = Math.floor(((index + 1) * HEALTHY_ROUNDS) / faults.length) - Math.floor((index * HEALTHY_ROUNDS) / faults.length);
    for (let round = 0; round < rounds; round += 1) alarms += (await isFalseAlarm(env)) ? 1 : 0;
  }
  if (tap !== undefined) writeTap(tap, outcomes, alarms);
  const right = outcomes.filter(({ complaints }) => complaints.length === 0).length;
  console.log(`${right} of ${faults.length} faults named right; ${alarms} false alarms in ${HEALTHY_ROUNDS} rounds over clusters that are well`);
  return right === faults.length && alarms === 0;
}
