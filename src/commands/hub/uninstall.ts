import { Flags } from '@oclif/core';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { describeUninstalledHub } from '../../cli/present-hub.ts';

export default class HubUninstall extends DeployCommand {
  static override readonly summary = 'Remove the hub from the current cluster';
  static override readonly description = 'Refuses while the hub has members: take them out first with mcs hub unjoin. Removes only what carries our tag.';
  static override readonly examples = ['<%= config.bin %> hub uninstall --context hub', '<%= config.bin %> hub uninstall --dry-run'];
  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    force: Flags.boolean({ default: false, summary: 'Although it has members: they stay as they are' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(HubUninstall);
    const { uninstallHub } = await import('../../deployers/hub/index.ts');
    const { force, 'dry-run': dryRun } = flags;
    const { cluster, context } = await this.connect(flags);
    try {
      await this.requireConsent(flags.yes || dryRun, `Remove the hub from the cluster of context "${cluster.context}"?`);
      const result = await uninstallHub(context, { force, timeoutMs: parseDuration(flags.timeout), dryRun });
      await this.present(result, flags.output, { table: () => describeUninstalledHub(result) });
      if (!dryRun) this.next(result.leftovers.length > 0 ? 'mcs hub uninstall   # again, for what is left' : 'mcs hub install   # to begin anew');
    } finally {
      cluster.client.close();
    }
  }
}
