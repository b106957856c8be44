import { Flags } from '@oclif/core';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { GatewayDnsCommand } from '../../cli/gateway-dns-command.ts';

export default class GatewayDnsUninstall extends GatewayDnsCommand {
  static override readonly summary = 'Have gateway names no longer resolve in the current cluster';
  static override readonly description = "Takes the block out of the configuration of the cluster's own DNS first, then removes the name server. Records of hubs stay, unless the namespace was made by mcs and nothing else is in it.";
  static override readonly examples = ['<%= config.bin %> gateway-dns uninstall --dry-run', '<%= config.bin %> gateway-dns uninstall --context cluster-a --yes'];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    namespace: Flags.string({ char: 'n', default: XCC_NAMESPACE, summary: 'Namespace of the name server' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(GatewayDnsUninstall);
    const { uninstallServer } = await import('../../deployers/gateway-dns/index.ts');
    const { namespace, 'dry-run': dryRun } = flags;
    const { cluster, context } = await this.connect(flags);
    await this.requireConsent(flags.yes || dryRun, `Have gateway names no longer resolve in the cluster of context "${cluster.context}"?`);
    const result = await uninstallServer(context, { namespace, timeoutMs: parseDuration(flags.timeout), dryRun });
    cluster.client.close();
    await this.presentUninstalled(result, 'name server of gateway names', flags.output);
    if (dryRun) return;
    if (result.leftovers.length > 0) this.next('mcs gateway-dns uninstall   # again, for what is left');
    else this.next('mcs gateway-dns install   # to begin anew');
  }
}
