import { Flags } from '@oclif/core';
import { BROKER_NAMESPACE } from '../api/names.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../cli/flags.ts';
import { describeRemoval } from '../cli/present-deploy.ts';

export default class RemoveBroker extends DeployCommand {
  static override summary = 'Remove the broker from the current cluster';
  static override description = 'Refuses, and names them, while clusters are members.';
  static override examples = ['<%= config.bin %> remove-broker', '<%= config.bin %> remove-broker --force --yes'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    namespace: Flags.string({ char: 'n', default: BROKER_NAMESPACE, summary: 'Namespace of the broker' }),
    force: Flags.boolean({ summary: 'Remove it although it has members, if those no longer exist' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RemoveBroker);
    const { removeBroker } = await import('../deployers/index.ts');
    const timeoutMs = parseDuration(flags.timeout);
    const { cluster, context } = await this.connect(flags);
    await this.requireConsent(flags.yes || flags['dry-run'], `Remove the broker from the cluster of context "${cluster.context}"?`);
    const result = await removeBroker(context, { brokerNamespace: flags.namespace, force: flags.force, timeoutMs, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeRemoval(result) });
    if (!flags['dry-run']) this.next('mcs deploy-broker   # for a new one');
  }
}
