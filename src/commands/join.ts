import { Args, Flags } from '@oclif/core';
import { clusterSettings, dnsFlags, dnsOptions, imageFlags, imageOptions, importFlags, importSettings, keyFlags, tunnelFlags } from '../cli/deploy-flags.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../cli/flags.ts';
import { describeJoin } from '../cli/present-deploy.ts';
import { RepinCommand } from '../cli/repin-command.ts';

export default class Join extends RepinCommand {
  static override summary = 'Make the current cluster a member of a clusterset';
  static override description = 'Checks everything before it writes anything. Run it again after an interruption, or to change ranges and settings: it completes what is missing and leaves the rest alone. A flag that is left out keeps what the last join was given.';
  static override examples = ['<%= config.bin %> join broker-info.subm --clusterid west', '<%= config.bin %> join broker-info.subm --clusterid west --clustercidr 10.16.0.0/16 --cable-driver vxlan --natt=false', '<%= config.bin %> join broker-info.subm --clusterid west --dry-run -o yaml', '<%= config.bin %> join broker-info.subm --repin'];
  static override args = { file: Args.string({ required: true, description: 'The file that deploy-broker wrote' }) };

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...keyFlags,
    ...imageFlags,
    ...importFlags,
    ...dnsFlags,
    ...tunnelFlags,
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask, with --repin', dependsOn: ['repin'] }),
    repin: Flags.boolean({ summary: 'Only trust the authority of the file, after the API server of the broker got another one; membership stays' }),
    clusterid: Flags.string({ summary: 'Name of this cluster in the set, a DNS label (default: as last given, else as its ClusterProperty says, else made of its name in the kubeconfig)' }),
    clustercidr: Flags.string({ summary: 'Range of the pods, or several with commas (default: as last given, else discovered; auto: discovered)' }),
    servicecidr: Flags.string({ summary: 'Range of the services, or several with commas (default: as last given, else discovered; auto: discovered)' }),
    'broker-url': Flags.string({ summary: 'Address of the broker as seen from here and from the cluster (default: as last given, else as in the file; auto: as in the file)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Join);
    if (flags.repin) return this.repin(args.file, flags);
    const { join } = await import('../deployers/index.ts');
    const [images, imports] = [imageOptions(flags), importSettings(flags)];
    const { cluster, context } = await this.connect(flags);
    const result = await join(context, {
      infoFile: args.file,
      keys: this.keySources(flags),
      kubeconfigCluster: cluster.clusterName,
      ...(flags.clusterid !== undefined && { clusterID: flags.clusterid }),
      ...(flags.clustercidr !== undefined && { clusterCidr: flags.clustercidr }),
      ...(flags.servicecidr !== undefined && { serviceCidr: flags.servicecidr }),
      ...(flags['broker-url'] !== undefined && { brokerUrl: flags['broker-url'] }),
      ...(flags['gateway-node'] !== undefined && { gatewayNode: flags['gateway-node'] }),
      images,
      imports,
      ...dnsOptions(flags),
      settings: clusterSettings(flags),
      labelGateway: flags['label-gateway'],
      wait: flags.wait,
      timeoutMs: parseDuration(flags.timeout),
      dryRun: flags['dry-run'],
    });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeJoin(result));
    this.remark(result);
    if (!flags['dry-run']) this.next('mcs export service <name> -n <namespace>', 'mcs show all');
  }
}
