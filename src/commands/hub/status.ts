import { systemClock } from '../../base/clock.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, outputFlags } from '../../cli/flags.ts';
import { hubSections, shortHub } from '../../cli/present-hub.ts';
import { formatSections } from '../../cli/sections.ts';

export default class HubStatus extends DeployCommand {
  static override readonly summary = 'Show the hub of the current cluster and how it fares with its members';
  static override readonly description = 'Reads what the hub says, its Lease, which tells whether it lives, and what the members share. The exit code is 3 where it does not live, or does not work for a member.';
  static override readonly examples = ['<%= config.bin %> hub status --context hub', '<%= config.bin %> hub status -o json'];
  static override readonly flags = { ...clusterFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(HubStatus);
    const { isHubWell, readHub } = await import('../../deployers/hub/index.ts');
    const { cluster, context } = await this.connect(flags);
    try {
      const report = await readHub(context.client, { clock: systemClock, signal: this.signal });
      const { width } = this.terminal;
      await this.present(report, flags.output, { table: () => formatSections(hubSections(report), width), short: () => shortHub(report) });
      process.exitCode = isHubWell(report) ? EXIT.ok : EXIT.checksFailed;
    } finally {
      cluster.client.close();
    }
  }
}
