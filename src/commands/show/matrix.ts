import { FleetCommand } from '../../cli/fleet-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { formatMatrix, formatPairs } from '../../cli/present-matrix.ts';
import { showRemarks } from '../../cli/present-show.ts';
import { makeMatrix } from '../../inspect/matrix/make-matrix.ts';

export default class ShowMatrix extends FleetCommand {
  static override readonly summary = 'Show which cluster reaches which';
  static override readonly description =
    'For each pair of clusters, in both directions: control (both on one broker, both renew their Lease), DNS (the name server of the row is ready, and its cluster asks it), data (the tunnel as the gateway of the row sees it, with the mean time there and back). `*` marks tunnels whose ends disagree. Clusters that were not read but are known to others have a row too. It reads what the agents report; `mcs diagnose all` tries it out.';
  static override readonly examples = ['<%= config.bin %> show matrix', '<%= config.bin %> show matrix --contexts west,east -o json', '<%= config.bin %> show matrix -o short'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowMatrix);
    await this.withFleet(flags, async (fleet) => {
      const report = makeMatrix(fleet);
      await this.present(report, flags.output, { table: () => formatMatrix(report, this.terminal.width), short: () => formatPairs(report) });
      if (flags.output === 'table') for (const remark of showRemarks(report, (text) => this.asTyped(text))) this.note(remark);
      this.setExitCode(fleet);
    });
  }
}
