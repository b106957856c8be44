import { Flags } from '@oclif/core';
import type { Topic } from '../diagnose/check.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { exitCodeOf } from '../diagnose/report.ts';
import type { FleetSelection } from './connect.ts';
import { parseDuration } from './duration.ts';
import { FleetCommand } from './fleet-command.ts';
import { fleetFlags, outputFlags, type OutputFormat } from './flags.ts';
import { colorMarks } from './color-marks.ts';
import { formatDiagnose, formatDiagnoseShort, plainMarks } from './present-diagnose.ts';
import { showRemarks } from './present-show.ts';

export const diagnoseFlags = {
  ...fleetFlags,
  ...outputFlags,
  'fail-on': Flags.option({ options: ['error', 'warning'] as const, default: 'error' as const, summary: 'Exit with 4 if there are warnings only', helpGroup: 'OUTPUT' })(),
  timeout: Flags.string({ default: '20s', summary: 'Longest time for the checks of one cluster' }),
};

interface DiagnoseFlags extends FleetSelection {
  readonly output: OutputFormat;
  readonly 'fail-on': 'error' | 'warning';
  readonly timeout: string;
}

/** What all `mcs diagnose ...` commands do; they differ in their topics only. */
export abstract class DiagnoseCommand extends FleetCommand {
  protected diagnose(topics: readonly Topic[] | undefined, flags: DiagnoseFlags): Promise<void> {
    return this.withFleet(flags, async (fleet) => {
      const report = await diagnose(fleet, { signal: this.signal, deadlineMs: parseDuration(flags.timeout), ...(topics !== undefined && { topics }) });
      const marks = this.terminal.hasColor ? colorMarks : plainMarks;
      await this.present(report, flags.output, { table: () => formatDiagnose(report, marks), short: () => formatDiagnoseShort(report) });
      if (flags.output === 'table') for (const remark of showRemarks({ unread: [], leftOut: report.leftOut })) this.note(remark);
      this.setExitCode(fleet, exitCodeOf(report, flags['fail-on']));
    });
  }
}
