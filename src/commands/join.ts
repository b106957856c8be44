import { Args, Flags } from '@oclif/core';
import { DeployCommand } from '../cli/deploy-command.ts';
import { clusterSettings, imageFlags, imageOptions, keyFlags, splitList, tunnelFlags } from '../cli/deploy-flags.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../cli/flags.ts';
import { describeJoin } from '../cli/present-deploy.ts';

export default class Join extends DeployCommand {
  static override summary = 'Make the current cluster a member of a clusterset';
  static override description = 'Checks everything before it writes anything. Run it again after an interruption, or to change ranges and settings: it completes what is missing and leaves the rest alone.';
  static override examples = ['<%= config.bin %> join broker-info.subm --clusterid west', '<%= config.bin %> join broker-info.subm --clusterid west --clustercidr 10.16.0.0/16 --cable-driver vxlan --natt=false', '<%= config.bin %> join broker-info.subm --clusterid west --dry-run -o yaml'];
  static override args = { file: Args.string({ required: true, description: 'The file that deploy-broker wrote' }) };

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...keyFlags,
    ...imageFlags,
    ...tunnelFlags,
    clusterid: Flags.string({ summary: 'Name of this cluster in the set, a DNS label (default: made of its name in the kubeconfig)' }),
    clustercidr: Flags.string({ summary: 'Range of the pods, or several with commas (default: discovered)' }),
    servicecidr: Flags.string({ summary: 'Range of the services, or several with commas (default: discovered)' }),
    'broker-url': Flags.string({ summary: 'Address of the broker as seen from here and from the cluster (default: as in the file)' }),
    'import-namespaces': Flags.string({ summary: 'Import services into these namespaces only, separated by commas' }),
    'deny-namespaces': Flags.string({ summary: 'Never import services into these namespaces' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Join);
    const { join } = await import('../deployers/index.ts');
    const [importNamespaces, denyNamespaces] = [splitList(flags['import-namespaces']), splitList(flags['deny-namespaces'])];
    const images = imageOptions(flags);
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
      ...(importNamespaces && { importNamespaces }),
      ...(denyNamespaces && { denyNamespaces }),
      images,
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
