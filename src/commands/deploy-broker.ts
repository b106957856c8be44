import { Flags } from '@oclif/core';
import { BROKER_NAMESPACE } from '../api/names.ts';
import { McsError } from '../base/errors.ts';
import { configDir } from '../base/user-dirs.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { imageFlags, imageOptions } from '../cli/deploy-flags.ts';
import { splitList } from '../cli/split-list.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../cli/flags.ts';
import { describeBroker } from '../cli/present-deploy.ts';

export default class DeployBroker extends DeployCommand {
  static override summary = 'Install a broker in the current cluster and write broker-info.subm';
  static override description = 'Installs the namespace, the roles and the desk that answers joins, and writes the encrypted file with which clusters join. A second run changes nothing, and keeps the file while it is good.';
  static override examples = ['<%= config.bin %> deploy-broker', '<%= config.bin %> deploy-broker --context east --components service-discovery', '<%= config.bin %> deploy-broker --dry-run -o yaml'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...imageFlags,
    namespace: Flags.string({ char: 'n', default: BROKER_NAMESPACE, summary: 'Namespace of the broker' }),
    components: Flags.string({ default: 'service-discovery,connectivity', summary: 'What members run, separated by commas' }),
    'broker-url': Flags.string({ summary: 'Address under which members reach the broker (default: as in the kubeconfig)' }),
    'token-ttl': Flags.string({ default: '24h', aliases: ['ttl'], summary: 'How long clusters can join with the file, as in 10m or 7d' }),
    'output-file': Flags.string({ default: 'broker-info.subm', summary: 'Path of the file' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DeployBroker);
    const { deployBroker, parseComponents } = await import('../deployers/index.ts');
    const components = parseComponents(splitList(flags.components) ?? []);
    const tokenTtlSeconds = Math.round(parseDuration(flags['token-ttl']) / 1000);
    // shorter ones are refused by API servers
    if (tokenTtlSeconds < 600) throw new McsError('MCS_USAGE', `Cannot use --token-ttl "${flags['token-ttl']}": it is shorter than 10m`, { hints: ['--token-ttl 10m'] });
    const images = imageOptions(flags);
    const { cluster, context } = await this.connect(flags);
    const result = await deployBroker(context, {
      brokerNamespace: flags.namespace,
      components,
      images,
      ...(flags['broker-url'] !== undefined && { brokerUrl: flags['broker-url'] }),
      kubeconfigCa: cluster.access.tls.ca ?? '',
      tokenTtlSeconds,
      outputFile: flags['output-file'],
      configDir: configDir(process.env),
      wait: flags.wait,
      timeoutMs: parseDuration(flags.timeout),
      dryRun: flags['dry-run'],
    });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeBroker(result));
    if (!flags['dry-run']) this.next(`mcs join ${flags['output-file']} --clusterid <name>   # with the context of each cluster`);
  }
}
