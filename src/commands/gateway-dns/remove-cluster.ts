import { Args, Flags } from '@oclif/core';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { GatewayDnsCommand } from '../../cli/gateway-dns-command.ts';
import type { RemoveClusterOptions } from '../../deployers/gateway-dns/index.ts';

export default class GatewayDnsRemoveCluster extends GatewayDnsCommand {
  static override readonly summary = 'Take a cluster out of the hub of gateway names';
  static override readonly description = 'Its names go from all clusters, and its own records too. With --from the account that add-cluster made there goes as well.';
  static override readonly examples = ['<%= config.bin %> gateway-dns remove-cluster cluster-a --namespace dev-team --from cluster-a --context management', '<%= config.bin %> gateway-dns remove-cluster cluster-a --namespace dev-team --dry-run'];

  static override readonly args = { name: Args.string({ required: true, description: 'Name of the cluster, as with add-cluster' }) };

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    namespace: Flags.string({ char: 'n', required: true, summary: 'Namespace that the cluster counts to' }),
    from: Flags.string({ summary: 'Context of the cluster; its account is removed there' }),
    'hub-namespace': Flags.string({ default: XCC_NAMESPACE, summary: 'Namespace of the hub' }),
    timeout: Flags.string({ default: '1m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GatewayDnsRemoveCluster);
    const { removeCluster } = await import('../../deployers/gateway-dns/index.ts');
    const { namespace, from, 'hub-namespace': hubNamespace, 'dry-run': dryRun } = flags;
    const { cluster: hub, context } = await this.connect(flags);
    await this.requireConsent(flags.yes || dryRun, `Remove cluster ${namespace}/${args.name} from the hub of context "${hub.context}"? Its names will not resolve any more`);
    const remove = (cluster?: RemoveClusterOptions['cluster']) => removeCluster(context, { name: args.name, namespace, hubNamespace, ...(cluster && { cluster }), timeoutMs: parseDuration(flags.timeout), dryRun });
    const result = from === undefined ? await remove() : await this.withContext({ ...flags, from }, remove);
    hub.client.close();
    await this.presentRemoved(result, flags.output);
    if (!dryRun) this.next(result.revocation === undefined ? 'mcs gateway-dns status' : `${result.revocation}   # its account there`);
  }
}
