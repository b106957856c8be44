import { makeShowReport, type ShowTopic } from '../inspect/show-report.ts';
import type { FleetSelection } from './connect.ts';
import { FleetCommand } from './fleet-command.ts';
import type { OutputFormat } from './flags.ts';
import { showRemarks, showSections } from './present-show.ts';

/** What all `mcs show ...` commands do; they differ in their topics only. */
export abstract class ShowCommand extends FleetCommand {
  protected show(topics: readonly ShowTopic[], flags: FleetSelection & { readonly output: OutputFormat }): Promise<void> {
    return this.withFleet(flags, async (fleet) => {
      const report = makeShowReport(fleet, topics);
      await this.presentSections(report, flags.output, showSections(report));
      if (flags.output === 'table') for (const remark of showRemarks(report, (text) => this.asTyped(text))) this.note(remark);
      this.setExitCode(fleet);
    });
  }
}
