import { type DiagnoseReport, makeReport } from '../report.ts';
import { runChecks } from '../run-checks.ts';
import { readWorkstation, type WorkstationOptions } from './read-workstation.ts';
import { workstationChecks } from './workstation-checks.ts';

export interface DoctorOptions extends WorkstationOptions {
  readonly signal: AbortSignal;
  /** Time for all checks, ms. */
  readonly deadlineMs: number;
}

/** Heading of the one thing that is looked at. */
export const THIS_MACHINE = 'this machine';

/** Checks the machine that mcs runs on: what it needs to reach clusters at all. */
export async function examineWorkstation({ signal, deadlineMs, ...options }: DoctorOptions): Promise<DiagnoseReport> {
  const context = await readWorkstation(options);
  const results = await runChecks([{ name: THIS_MACHINE, context, checks: workstationChecks }], { signal, deadlineMs });
  return makeReport([{ context: THIS_MACHINE, name: THIS_MACHINE, checks: results.get(THIS_MACHINE) ?? [] }]);
}
