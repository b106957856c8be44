import { Args } from '@oclif/core';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeUnexportPolicy } from '../../cli/present-policies.ts';

export default class UnexportPolicy extends DeployCommand {
  static override readonly summary = 'Remove an export policy, and with it the exports that it made';
  static override readonly description = 'Deletes the ServiceExportPolicy. The controller then removes its ServiceExports, but for those that another policy selects too; ServiceExports of users stay.';
  static override readonly examples = ['<%= config.bin %> unexport policy web', '<%= config.bin %> unexport policy web --dry-run'];
  static override readonly args = { name: Args.string({ required: true, description: 'Name of the policy' }) };
  static override readonly flags = { ...clusterFlags, ...dryRunFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UnexportPolicy);
    const { unexportPolicy } = await import('../../deployers/index.ts');
    const { cluster, context } = await this.connect(flags);
    const result = await unexportPolicy(context, { name: args.name, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeUnexportPolicy(result) });
    if (!flags['dry-run']) this.next('mcs show services');
  }
}
