import { Flags } from '@oclif/core';
import { randomBytes } from 'node:crypto';
import { McsError } from '../base/errors.ts';
import type { Topic } from '../diagnose/check.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { diagnoseInCluster } from '../diagnose/in-cluster/diagnose-in-cluster.ts';
import { type DiagnoseReport, exitCodeOf } from '../diagnose/report.ts';
import { connectCluster, type FleetSelection } from './connect.ts';
import { parseDuration } from './duration.ts';
import { FleetCommand } from './fleet-command.ts';
import { fleetFlags, outputFlags, type OutputFormat } from './flags.ts';
import { colorMarks } from './color-marks.ts';
import { formatDiagnose, formatDiagnoseShort, plainMarks } from './present-diagnose.ts';
import { showRemarks } from './present-show.ts';

export const diagnoseFlags = {
  ...fleetFlags,
  ...outputFlags,
  'fail-on': Flags.option({ options: ['error', 'warning'] as const, default: 'error' as const, summary: 'What makes it fail: failed checks (exit code 3), or warnings too (4, if there are only those)', helpGroup: 'OUTPUT' })(),
  timeout: Flags.string({ default: '20s', summary: 'Longest time for the checks of one cluster' }),
};

interface DiagnoseFlags extends FleetSelection {
  readonly output: OutputFormat;
  readonly 'fail-on': 'error' | 'warning';
  readonly timeout: string;
  readonly 'all-contexts': boolean;
}

/** For `diagnose all`: the checks as they look from a pod. */
export const inClusterFlags = {
  'in-cluster': Flags.boolean({ summary: 'Run the checks in a pod of the chosen cluster, with rights to read only', helpGroup: 'CLUSTER' }),
};

/** What all `mcs diagnose ...` commands do; they differ in their topics only. */
export abstract class DiagnoseCommand extends FleetCommand {
  protected diagnose(topics: readonly Topic[] | undefined, flags: DiagnoseFlags): Promise<void> {
    return this.withFleet(flags, async (fleet) => {
      const report = await diagnose(fleet, { signal: this.signal, deadlineMs: parseDuration(flags.timeout), ...(topics !== undefined && { topics }) });
      await this.#presentReport(report, flags);
      this.setExitCode(fleet, exitCodeOf(report, flags['fail-on']));
    });
  }

  /** All checks, in a pod of one cluster. */
  protected async diagnoseFromInside(flags: DiagnoseFlags): Promise<void> {
    if (flags.contexts !== undefined || flags['all-contexts']) throw new McsError('MCS_USAGE', 'Cannot diagnose from inside several clusters at once', { hints: ['--in-cluster --context west'] });
    const deadlineMs = parseDuration(flags.timeout);
    const { client, context } = await connectCluster(flags, this.version);
    const progress = (text: string): void => { this.note(`Waiting for ${text}`); };
    try {
      const report = await diagnoseInCluster(client, { context, runID: randomBytes(4).toString('hex'), deadlineMs, signal: this.signal, progress });
      await this.#presentReport(report, flags);
      process.exitCode = exitCodeOf(report, flags['fail-on']);
    } finally {
      client.close();
    }
  }

  async #presentReport(report: DiagnoseReport, { output }: DiagnoseFlags): Promise<void> {
    const marks = { ...(this.terminal.hasColor ? colorMarks : plainMarks), command: (text: string) => this.asTyped(text) };
    await this.present(report, output, { table: () => formatDiagnose(report, marks), short: () => formatDiagnoseShort(report) });
    if (output === 'table') for (const remark of showRemarks({ unread: [], leftOut: report.leftOut })) this.note(remark);
  }
}
