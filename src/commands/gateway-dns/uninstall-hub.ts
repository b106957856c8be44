import { Flags } from '@oclif/core';
import { XCC_NAMESPACE } from '../../api/names.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { GatewayDnsCommand } from '../../cli/gateway-dns-command.ts';

export default class GatewayDnsUninstallHub extends GatewayDnsCommand {
  static override readonly summary = 'Remove the hub of gateway names from the management cluster';
  static override readonly description = 'Stops it, takes its records out of the clusters that this workstation reaches with the kubeconfigs of the hub, and removes what install-hub and add-cluster made here. GatewayDNS objects stay, unless --delete-crd. Says what stays, and why.';
  static override readonly examples = ['<%= config.bin %> gateway-dns uninstall-hub --dry-run', '<%= config.bin %> gateway-dns uninstall-hub --keep-records --yes', '<%= config.bin %> gateway-dns uninstall-hub --delete-crd'];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    namespace: Flags.string({ char: 'n', default: XCC_NAMESPACE, summary: 'Namespace of the hub' }),
    'keep-records': Flags.boolean({ default: false, summary: 'Leave its records in the clusters: names go on resolving as they stand' }),
    'delete-crd': Flags.boolean({ default: false, summary: 'Remove the CustomResourceDefinition, and with it all GatewayDNS' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(GatewayDnsUninstallHub);
    const { uninstallHub } = await import('../../deployers/gateway-dns/index.ts');
    const { namespace, 'keep-records': keepRecords, 'delete-crd': deleteCrd, 'dry-run': dryRun } = flags;
    const { cluster, context } = await this.connect(flags);
    const also = deleteCrd ? ', with all GatewayDNS objects of all namespaces' : '';
    await this.requireConsent(flags.yes || dryRun, `Remove the hub of gateway names from the cluster of context "${cluster.context}"${also}?`);
    const result = await uninstallHub(context, { namespace, keepRecords, deleteCrd, timeoutMs: parseDuration(flags.timeout), dryRun });
    cluster.client.close();
    await this.presentUninstalled(result, 'hub of gateway names', flags.output);
    if (dryRun) return;
    if (result.leftovers.length > 0) this.next('mcs gateway-dns uninstall-hub   # again, for what is left');
    else if (result.revocations.length > 0) this.next(...result.revocations.map((command, index) => (index === 0 ? `${command}   # its account there` : command)));
    else this.next('mcs gateway-dns uninstall   # in the clusters where names resolved');
  }
}
