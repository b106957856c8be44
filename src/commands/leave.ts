import { Flags } from '@oclif/core';
import { DeployCommand } from '../cli/deploy-command.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../cli/flags.ts';
import { describeLeave } from '../cli/present-deploy.ts';

export default class Leave extends DeployCommand {
  static override summary = 'Take the current cluster out of its clusterset';
  static override description = 'Removes what join and the agents made, here and on the broker, and nothing else. ServiceExports are yours and stay.';
  static override examples = ['<%= config.bin %> leave', '<%= config.bin %> leave --yes --context west', '<%= config.bin %> leave --dry-run'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    force: Flags.boolean({ summary: 'Leave although the broker cannot be reached' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Leave);
    const { leave } = await import('../deployers/index.ts');
    const timeoutMs = parseDuration(flags.timeout);
    const { cluster, context } = await this.connect(flags);
    await this.requireConsent(flags.yes || flags['dry-run'], `Take the cluster of context "${cluster.context}" out of its clusterset?`);
    const result = await leave(context, { force: flags.force, timeoutMs, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeLeave(result) });
    if (!flags['dry-run']) this.next(result.leftovers.length > 0 ? 'mcs leave   # again, for what is left' : `mcs join broker-info.subm --clusterid ${result.clusterID ?? '<name>'}   # to come back`);
  }
}
