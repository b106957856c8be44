import { Args, Flags } from '@oclif/core';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../../cli/flags.ts';
import { describeExport } from '../../cli/present-deploy.ts';

export default class ExportService extends DeployCommand {
  static override summary = 'Share a service with the clusterset';
  static override description = 'Makes a ServiceExport of the name of the Service. Every cluster that has the namespace then resolves <name>.<namespace>.svc.clusterset.local.';
  static override examples = [
    '<%= config.bin %> export service nginx -n shop',
    '<%= config.bin %> export service nginx -n shop --wait',
    '<%= config.bin %> export service nginx -n shop --policy failover=east,west',
  ];
  static override args = { name: Args.string({ required: true, description: 'Name of the Service' }) };

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    wait: Flags.option({ options: ['none', 'configured', 'ready'] as const, default: 'none' as const, summary: 'Wait until the export is valid (configured), or taken (ready)', helpGroup: 'WAIT' })(),
    timeout: waitFlags.timeout,
    namespace: Flags.string({ char: 'n', summary: 'Namespace of the Service (default: that of the context)' }),
    policy: Flags.string({ summary: 'Clusters that answer: all, local (the own one first), failover=a,b (the first that is ready)', helpValue: 'all|local|failover=<id>,...' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ExportService);
    const { exportService } = await import('../../deployers/index.ts');
    const timeoutMs = parseDuration(flags.timeout);
    const { cluster, context } = await this.connect(flags);
    const namespace = flags.namespace ?? cluster.namespace;
    const options = { name: args.name, namespace, wait: flags.wait, timeoutMs, dryRun: flags['dry-run'] };
    const result = await exportService(context, { ...options, ...(flags.policy !== undefined && { policy: flags.policy }) });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeExport(result));
    if (!flags['dry-run']) this.next(`mcs wait service ${namespace}/${args.name} --for resolvable --in all`, `mcs trace ${namespace}/${args.name}`);
  }
}
