import { FleetCommand } from '../../cli/fleet-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { policySections } from '../../cli/present-policies.ts';
import { showRemarks } from '../../cli/present-show.ts';
import { describeUnread } from '../../inspect/survey-fleet.ts';

export default class ShowPolicies extends FleetCommand {
  static override readonly summary = 'Show the export policies';
  static override readonly description = 'Which Services each policy exports, and which it skips, and why. In order of precedence: of several policies that select a Service, the oldest has it.';
  static override readonly examples = ['<%= config.bin %> show policies', '<%= config.bin %> show policies --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowPolicies);
    const { readPolicyReport } = await import('../../inspect/export-policies/policy-report.ts');
    await this.withFleet(flags, async (fleet) => {
      const { unread, ...report } = await readPolicyReport(fleet, this.signal);
      const shown = { ...report, unread: unread.map(describeUnread) };
      await this.presentSections(shown, flags.output, policySections(shown));
      if (flags.output === 'table') for (const remark of showRemarks(shown, (text) => this.asTyped(text))) this.note(remark);
      this.setExitCode({ ...fleet, unread });
    });
  }
}
