import { Args, Flags } from '@oclif/core';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeLabel } from '../../cli/present-gateway.ts';

export default class GatewayLabel extends DeployCommand {
  static override summary = 'Make a node a gateway, or an ordinary node again';
  static override description = 'One of the labelled nodes carries the tunnels; the others stand by and take over when it fails. The agents follow the label by themselves.';
  static override examples = ['<%= config.bin %> gateway label node-2', '<%= config.bin %> gateway label node-1 --remove', '<%= config.bin %> gateway label node-2 --context west --dry-run'];
  static override args = { node: Args.string({ required: true, description: 'Name of the node' }) };

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    remove: Flags.boolean({ default: false, summary: 'Take the label away' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GatewayLabel);
    const { labelGateway } = await import('../../deployers/index.ts');
    const { cluster, context } = await this.connect(flags);
    const result = await labelGateway(context, { node: args.node, remove: flags.remove, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeLabel(result) });
    if (!flags['dry-run']) this.next('mcs show gateways');
  }
}
