import { ChangeClusterLocalCommand, enableFlags } from '../../cli/change-cluster-local-command.ts';

export default class ReflectionEnable extends ChangeClusterLocalCommand {
  static override readonly summary = "Give each cluster's part of a shared service a Service of its own";
  static override readonly description = "In this cluster, <service>-<cluster>.<namespace>.svc.cluster.local then leads to the pods of that cluster. It needs no change of the cluster's DNS. Services of the user's under such a name are left alone.";
  static override readonly examples = ['<%= config.bin %> reflection enable --namespaces shop,bank', '<%= config.bin %> reflection enable --all-namespaces', '<%= config.bin %> reflection enable --namespaces shop --dry-run -o yaml'];
  static override readonly flags = enableFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(ReflectionEnable);
    await this.change('reflection', 'enable', flags);
  }
}
