import { setTimeout as delay } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import { EXIT } from '../../src/base/exit-codes.ts';
import type { DiagnoseReport } from '../../src/diagnose/report.ts';
import { runProgram } from '../demo/shell.ts';
import type { Fault } from './fault.ts';
import { describeFindings, judgeReport, namedCauses } from './judge-report.ts';

const root = resolve(import.meta.dirname, '..', '..');
const PAUSE_MS = 200;
const ARGS = ['diagnose', 'all', '-o', 'json', '--fail-on', 'warning'];

export interface Diagnosis {
  readonly report: DiagnoseReport;
  readonly exitCode: number;
}

export type Judge = (diagnosis: Diagnosis) => string | undefined;

/** What the built `mcs diagnose all` says and how it ends. */
export async function diagnoseAll(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Diagnosis> {
  const { exitCode, output, stdout } = await runProgram([process.execPath, join(root, 'bin', 'mcs.js'), ...ARGS, ...args], { cwd: root, env });
  try {
    return { report: JSON.parse(stdout) as DiagnoseReport, exitCode };
  } catch (error) {
    throw new Error(`mcs diagnose all ended with ${exitCode} and printed no report:\n${output}`, { cause: error });
  }
}

/** Asks until the judgement is good or the time is over. Returns the last complaint, undefined for none. */
export async function until(ask: () => Promise<Diagnosis>, judge: Judge, patienceMs: number): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const complaint = judge(await ask());
    if (complaint === undefined || performance.now() > deadline) return complaint;
    await delay(PAUSE_MS);
  }
}

export const judgeHealth: Judge = ({ report, exitCode }) => {
  const found = namedCauses(report);
  if (found.length > 0) return `found in clusters that are well: ${describeFindings(found)} [${found.flatMap(({ result }) => result.evidence).join(' | ')}]`;
  return exitCode === EXIT.ok ? undefined : `exit code ${exitCode} for clusters that are well`;
};

export function judgeFault({ expected }: Pick<Fault, 'expected'>): Judge {
  const wanted = expected.every(({ isWarning = false }) => isWarning) ? EXIT.warnings : EXIT.checksFailed;
  return ({ report, exitCode }) => judgeReport(report, { expected }) ?? (exitCode === wanted ? undefined : `exit code ${exitCode} instead of ${wanted}`);
}
