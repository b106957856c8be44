import { Args, Flags } from '@oclif/core';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeUnexport } from '../../cli/present-deploy.ts';

export default class UnexportService extends DeployCommand {
  static override summary = 'Stop sharing a service';
  static override description = 'Deletes the ServiceExport. The Service itself stays as it is; the other clusters no longer resolve its name under clusterset.local, unless another cluster exports it too.';
  static override examples = ['<%= config.bin %> unexport service nginx -n shop'];
  static override args = { name: Args.string({ required: true, description: 'Name of the Service' }) };

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    namespace: Flags.string({ char: 'n', summary: 'Namespace of the Service (default: that of the context)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UnexportService);
    const { unexportService } = await import('../../deployers/index.ts');
    const { cluster, context } = await this.connect(flags);
    const result = await unexportService(context, { name: args.name, namespace: flags.namespace ?? cluster.namespace, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeUnexport(result) });
    if (!flags['dry-run']) this.next(`mcs export service ${result.name} -n ${result.namespace}   # to share it again`);
  }
}
