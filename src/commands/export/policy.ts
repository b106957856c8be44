import { Args, Flags } from '@oclif/core';
import { McsError } from '../../base/errors.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeExportPolicy } from '../../cli/present-policies.ts';
import { splitList } from '../../cli/split-list.ts';

export default class ExportPolicy extends DeployCommand {
  static override readonly summary = 'Share services by namespace or labels, present and future ones';
  static override readonly description = 'Makes or changes a ServiceExportPolicy: the controller of the cluster exports every Service that it selects, and ends that when the Service is no longer selected. All conditions hold at once. It never touches a ServiceExport that a user made.';
  static override readonly examples = [
    '<%= config.bin %> export policy web --namespaces shop,bank --selector tier=web',
    '<%= config.bin %> export policy team --namespace-selector team=payments',
    '<%= config.bin %> export policy everything --all-services --dry-run',
  ];

  static override readonly args = { name: Args.string({ required: true, description: 'Name of the policy' }) };

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    namespaces: Flags.string({ summary: 'Namespaces of the Services, separated by commas' }),
    'namespace-selector': Flags.string({ summary: 'Labels of their namespaces, as in team=shop,env in (a,b)' }),
    selector: Flags.string({ char: 'l', summary: 'Labels of the Services, as in tier=web' }),
    'all-services': Flags.boolean({ default: false, summary: 'Every Service of the cluster that can be exported', exclusive: ['namespaces', 'namespace-selector', 'selector'] }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ExportPolicy);
    const { namespaces, 'namespace-selector': namespaceSelector, selector, 'dry-run': dryRun } = flags;
    const { exportPolicy } = await import('../../deployers/index.ts');
    const names = splitList(namespaces);
    const selection = { ...(names !== undefined && { namespaces: names }), ...(namespaceSelector !== undefined && { namespaceSelector }), ...(selector !== undefined && { selector }) };
    const { cluster, context } = await this.connect(flags);
    if (Object.keys(selection).length === 0 && !flags['all-services'] && !(await this.confirm(`Export every Service of the cluster of context "${cluster.context}"?`, '--all-services, or --namespaces, --namespace-selector or --selector'))) {
      throw new McsError('MCS_INTERRUPTED', 'Stopped: nothing was written');
    }
    const result = await exportPolicy(context, { name: args.name, ...selection, dryRun });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeExportPolicy(result));
    if (!dryRun) this.next('mcs show policies', `mcs unexport policy ${args.name}   # to end it`);
  }
}
