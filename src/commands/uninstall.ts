import { Flags } from '@oclif/core';
import { brokerFlags } from '../cli/broker-flags.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../cli/flags.ts';
import { describeLeave, describeRemoval } from '../cli/present-deploy.ts';

export default class Uninstall extends DeployCommand {
  static override summary = 'Remove mcs from the current cluster: leave, and the broker if it is here';
  static override description = 'Removes only what mcs made. ServiceExports stay, because they are requests of users; so does the CRD while there are any.';
  static override examples = ['<%= config.bin %> uninstall --dry-run', '<%= config.bin %> uninstall --yes'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    ...brokerFlags,
    force: Flags.boolean({ summary: 'Go on although the broker cannot be reached, or has members' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait of each half, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Uninstall);
    const { uninstall } = await import('../deployers/index.ts');
    const timeoutMs = parseDuration(flags.timeout);
    const { cluster, context } = await this.connect(flags);
    await this.requireConsent(flags.yes || flags['dry-run'], `Remove mcs from the cluster of context "${cluster.context}"?`);
    const result = await uninstall(context, { brokerNamespace: flags.namespace, force: flags.force, timeoutMs, dryRun: flags['dry-run'] });
    cluster.client.close();
    const table = (): string => [describeLeave(result.leave), ...(result.broker ? [describeRemoval(result.broker)] : [])].join('\n');
    await this.present(result, flags.output, { table });
    if (result.mirrors.length > 0) this.note(`Note: these stay, because they belong to no clusterset: ${result.mirrors.join(', ')}. mcs mirror uninstall removes them`);
    if (!flags['dry-run']) this.next('mcs deploy-broker   # to begin anew, or', 'mcs join broker-info.subm --clusterid <name>');
  }
}
