import { Flags } from '@oclif/core';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { imageFlags, imageOptions } from '../../cli/deploy-flags.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../../cli/flags.ts';
import { GatewayDnsCommand } from '../../cli/gateway-dns-command.ts';
import { splitList } from '../../cli/split-list.ts';

export default class GatewayDnsInstall extends GatewayDnsCommand {
  static override readonly summary = 'Have gateway names resolve in the current cluster';
  static override readonly description =
    "Installs a name server for the names that a hub writes, and has the cluster's own DNS forward the suffix to it. Says what stands in the way of that before it writes anything, and waits until the servers of the cluster's own DNS have loaded it.";
  static override readonly examples = [
    '<%= config.bin %> gateway-dns install --context cluster-a --suffix xcc.test',
    '<%= config.bin %> gateway-dns install --suffix xcc.test,other.example.com',
    '<%= config.bin %> gateway-dns install --replace',
    '<%= config.bin %> gateway-dns install --dry-run -o yaml',
  ];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...imageFlags,
    timeout: Flags.string({ default: '5m', summary: 'Longest wait, as in 90s or 5m', helpGroup: 'WAIT' }),
    namespace: Flags.string({ char: 'n', default: XCC_NAMESPACE, summary: 'Namespace of the name server: that of the hub' }),
    suffix: Flags.string({ summary: 'Ends of the names, separated by commas (default: as last given, else xcc.test)' }),
    replace: Flags.boolean({ default: false, summary: 'Take the name server of cross-cluster-connectivity over in place' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(GatewayDnsInstall);
    const { installServer } = await import('../../deployers/gateway-dns/index.ts');
    const suffixes = splitList(flags.suffix);
    const { cluster, context } = await this.connect(flags);
    const { namespace, replace, wait, 'dry-run': dryRun } = flags;
    const result = await installServer(context, { namespace, ...(suffixes && { suffixes }), replace, images: imageOptions(flags), wait, timeoutMs: parseDuration(flags.timeout), dryRun });
    cluster.client.close();
    await this.presentServer(result, flags.output);
    if (!dryRun) this.next(`mcs gateway-dns status --context ${cluster.context}`);
  }
}
