import { Args, Flags } from '@oclif/core';
import { dnsFlags, dnsOptions, imageFlags, imageOptions, importFlags, importSettings } from '../../cli/deploy-flags.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../../cli/flags.ts';
import { HubCommand } from '../../cli/hub-command.ts';
import { describeHubJoin } from '../../cli/present-hub.ts';
import { splitList } from '../../cli/split-list.ts';

export default class HubJoin extends HubCommand {
  static override readonly summary = 'Make a cluster a member of the hub in the current cluster';
  static override readonly description =
    'Checks both clusters before it writes to either. The member gets CRDs, the name server, and an account with the rights of a controller; the hub keeps a kubeconfig with a token of it that ends soon, and renews it. The credential that this command is run with is kept nowhere. Run again, it changes settings, or completes what was cut; a flag that is left out keeps what the last join was given.';
  static override readonly examples = ['<%= config.bin %> hub join west --context hub --from west', '<%= config.bin %> hub join east --context hub --from east --export-all', '<%= config.bin %> hub join east --kubeconfig-file east.kubeconfig --export-namespaces shop,bank', '<%= config.bin %> hub join west --from west --dry-run -o yaml'];
  static override readonly args = { name: Args.string({ required: true, description: 'Name of the member in the set, a DNS label' }) };

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...imageFlags,
    ...importFlags,
    ...dnsFlags,
    from: Flags.string({ summary: 'Context of the cluster that joins' }),
    'kubeconfig-file': Flags.string({ summary: 'Kubeconfig in which that context is (default: the one in use); without --from its current context' }),
    server: Flags.string({ summary: 'Address of its API server as the hub sees it (default: as in the kubeconfig)' }),
    'export-all': Flags.boolean({ default: false, summary: 'Share all of its Services but those of the system, by a ServiceExportPolicy', exclusive: ['export-namespaces'] }),
    'export-namespaces': Flags.string({ summary: 'Share all Services of these namespaces, by a ServiceExportPolicy' }),
    clustercidr: Flags.string({ summary: 'Range of the pods, or several with commas (default: as last given, else discovered; auto: discovered)' }),
    servicecidr: Flags.string({ summary: 'Range of the services, or several with commas (default: as last given, else discovered; auto: discovered)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(HubJoin);
    const { joinHub } = await import('../../deployers/hub/index.ts');
    const namespaces = splitList(flags['export-namespaces']);
    const shared = { clusterID: args.name, images: imageOptions(flags), imports: importSettings(flags), ...dnsOptions(flags), wait: flags.wait, timeoutMs: parseDuration(flags.timeout), dryRun: flags['dry-run'] };
    const given = { ...(flags.clustercidr !== undefined && { clusterCidr: flags.clustercidr }), ...(flags.servicecidr !== undefined && { serviceCidr: flags.servicecidr }), ...((flags['export-all'] || namespaces) && { exports: namespaces === undefined ? {} : { namespaces } }) };
    const { cluster, context } = await this.connect(flags);
    try {
      const result = await this.withMember(flags, (member) => joinHub(context, { ...shared, ...given, member }));
      await this.presentDeployment(result, flags.output, () => describeHubJoin(result));
      this.remark(result);
      if (!flags['dry-run']) this.next(`mcs hub status --context ${cluster.context}`, ...(given.exports ? [] : [`mcs export service <name> -n <namespace> --context <context of ${args.name}>`]));
    } finally {
      cluster.client.close();
    }
  }
}
