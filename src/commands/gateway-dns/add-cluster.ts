import { Args, Flags } from '@oclif/core';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { GatewayDnsCommand, parseLabels } from '../../cli/gateway-dns-command.ts';

export default class GatewayDnsAddCluster extends GatewayDnsCommand {
  static override readonly summary = 'Let the hub of gateway names know a cluster without Cluster API';
  static override readonly description =
    'With --from it makes an account in that context, with just the rights that the hub needs, and keeps a kubeconfig with a token of it in the namespace of the hub, which renews it. With --kubeconfig-file it keeps what is given. A running hub takes the cluster up at once. Run again, it changes labels, rights or credential.';
  static override readonly examples = [
    '<%= config.bin %> gateway-dns add-cluster cluster-a --namespace dev-team --from cluster-a --labels hasContour=true --context management',
    '<%= config.bin %> gateway-dns add-cluster cluster-b --namespace dev-team --kubeconfig-file cluster-b.kubeconfig',
    '<%= config.bin %> gateway-dns add-cluster cluster-a --namespace dev-team --from cluster-a --dry-run -o yaml',
  ];

  static override readonly args = { name: Args.string({ required: true, description: 'Name of the cluster, a part of the names that lead to its gateway' }) };

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    namespace: Flags.string({ char: 'n', required: true, summary: 'Namespace that the cluster counts to, another part of these names' }),
    from: Flags.string({ summary: 'Context of the cluster; an account is made there', exclusive: ['kubeconfig-file'] }),
    server: Flags.string({ summary: 'Address of its API server as the hub sees it (default: as in the kubeconfig)', dependsOn: ['from'] }),
    'kubeconfig-file': Flags.string({ summary: 'Kubeconfig for the hub; its credential is yours to renew' }),
    'kubeconfig-context': Flags.string({ summary: 'Context in that file (default: its current one)', dependsOn: ['kubeconfig-file'] }),
    labels: Flags.string({ summary: 'Labels that a clusterSelector is compared with, as in a=b,c=d (default: as last given)' }),
    'hub-namespace': Flags.string({ default: XCC_NAMESPACE, summary: 'Namespace of the hub' }),
    timeout: Flags.string({ default: '1m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GatewayDnsAddCluster);
    const { addCluster } = await import('../../deployers/gateway-dns/index.ts');
    const { namespace, 'hub-namespace': hubNamespace, 'dry-run': dryRun } = flags;
    const labels = flags.labels === undefined ? {} : { labels: parseLabels(flags.labels) };
    const result = await this.withSource(flags, async (source) => {
      const { cluster, context } = await this.connect(flags);
      try {
        return await addCluster(context, { name: args.name, namespace, hubNamespace, source, ...labels, timeoutMs: parseDuration(flags.timeout), dryRun });
      } finally {
        cluster.client.close();
      }
    });
    await this.presentAdded(result, flags.output);
    if (!dryRun) this.next('mcs gateway-dns status');
  }
}
