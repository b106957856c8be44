import { Flags } from '@oclif/core';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { imageFlags, imageOptions } from '../../cli/deploy-flags.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../../cli/flags.ts';
import { GatewayDnsCommand, hubSettings } from '../../cli/gateway-dns-command.ts';
import { CROSS_NAMESPACE } from '../../gateway-dns/settings.ts';

export default class GatewayDnsInstallHub extends GatewayDnsCommand {
  static override readonly summary = 'Install the hub of gateway names in the management cluster';
  static override readonly description =
    'The hub follows GatewayDNS objects, and writes the addresses of the gateways that they select into the clusters that are to know them. Clusters come from Cluster API, where that is installed, and from mcs gateway-dns add-cluster. Checks everything before it writes anything; run again, it changes what is given and leaves the rest.';
  static override readonly examples = [
    '<%= config.bin %> gateway-dns install-hub --context management --suffix xcc.test',
    '<%= config.bin %> gateway-dns install-hub --replace',
    '<%= config.bin %> gateway-dns install-hub --dry-run -o yaml',
  ];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...imageFlags,
    namespace: Flags.string({ char: 'n', default: XCC_NAMESPACE, summary: 'Namespace of the hub, and of its records in every cluster' }),
    suffix: Flags.string({ summary: 'End of all names (default: as last given, else xcc.test)' }),
    'polling-interval': Flags.string({ summary: 'Between two looks at what is not watched, as in 30s or 1m30s (default: as last given, else 30s)' }),
    'cross-namespace': Flags.option({ options: CROSS_NAMESPACE, summary: 'Whether clusters of other namespaces learn names: none, policy (as each GatewayDNS says; the default), all' })(),
    'health-checks': Flags.boolean({ allowNo: true, summary: 'Leave out addresses of gateways that stop to answer (default: yes)' }),
    'hub-id': Flags.string({ summary: 'Tells hubs apart that write into the same clusters (default: made of the UID of the cluster)' }),
    replace: Flags.boolean({ default: false, summary: 'Take the controller of cross-cluster-connectivity over in place' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(GatewayDnsInstallHub);
    const { installHub } = await import('../../deployers/gateway-dns/index.ts');
    const { cluster, context } = await this.connect(flags);
    const { namespace, replace, wait, 'dry-run': dryRun } = flags;
    const result = await installHub(context, { namespace, settings: hubSettings(flags), replace, images: imageOptions(flags), wait, timeoutMs: parseDuration(flags.timeout), dryRun });
    cluster.client.close();
    await this.presentHub(result, flags.output);
    if (dryRun) return;
    const add = `mcs gateway-dns add-cluster <name> --namespace <namespace> --from <context> --context ${cluster.context}   # clusters without Cluster API`;
    this.next(...(result.clusters.length === 0 ? [add] : []), `mcs gateway-dns install --suffix ${result.suffix}   # with the context of each cluster where names shall resolve`);
  }
}
