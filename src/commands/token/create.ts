import { Flags } from '@oclif/core';
import { configDir } from '../../base/user-dirs.ts';
import { brokerFlags, infoFileFlags, maxUsesOf, secondsOf } from '../../cli/broker-flags.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeCreatedToken } from '../../cli/present-credentials.ts';

export default class TokenCreate extends DeployCommand {
  static override summary = 'Make a join token, and a new broker-info file for it';
  static override description = 'Works in the cluster of the broker, with the rights of its user. A token that is bound to a cluster id is good for one cluster. What was joined with other tokens stays.';
  static override examples = ['<%= config.bin %> token create --clusterid west', '<%= config.bin %> token create --single-use --approve --ttl 1h', '<%= config.bin %> token create --uses 5 --output-file team-a.subm --context broker', '<%= config.bin %> token create --clusterid west --dry-run -o yaml'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...brokerFlags,
    ...infoFileFlags,
    clusterid: Flags.string({ summary: 'The only cluster id that can join with it, once' }),
    uses: Flags.integer({ min: 1, summary: 'How many clusters can join with it (default: any number)' }),
    'single-use': Flags.boolean({ summary: 'The same as --uses 1' }),
    approve: Flags.boolean({ summary: 'Each join waits for mcs accept' }),
    'output-file': Flags.string({ summary: 'Path of the file (default: broker-info.subm, or broker-info-<clusterid>.subm)' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenCreate);
    const { createToken } = await import('../../deployers/index.ts');
    const { clusterid, 'broker-url': brokerUrl } = flags;
    const outputFile = flags['output-file'] ?? (clusterid === undefined ? 'broker-info.subm' : `broker-info-${clusterid}.subm`);
    const limits = { ...maxUsesOf(flags), ...(clusterid !== undefined && { clusterID: clusterid }) };
    const ttlSeconds = secondsOf(flags.ttl);
    const { cluster, context } = await this.connect(flags);
    const place = { brokerNamespace: flags.namespace, kubeconfigCa: cluster.access.tls.ca ?? '', ...(brokerUrl !== undefined && { brokerUrl }), outputFile, configDir: configDir(process.env) };
    const result = await createToken(context, { ...place, ...limits, approve: flags.approve, ttlSeconds, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeCreatedToken(result));
    if (flags['dry-run']) return;
    const id = clusterid ?? '<name>';
    this.next(`mcs join ${outputFile} --clusterid ${id}   # with the context of ${clusterid === undefined ? 'each cluster' : 'that cluster'}`, ...(flags.approve ? [`mcs accept ${id}   # then, with this context`] : []));
  }
}
