import { Flags } from '@oclif/core';
import { configDir } from '../base/user-dirs.ts';
import { brokerFlags, infoFileFlags, secondsOf } from '../cli/broker-flags.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../cli/flags.ts';
import { describeCreatedToken } from '../cli/present-credentials.ts';

export default class RecoverBrokerInfo extends DeployCommand {
  static override summary = 'Write a new broker-info.subm for a broker whose file is lost';
  static override description = 'Makes a new join token with the rights of the user, in the cluster of the broker. No earlier file or token is read back: those that are lost stay good until they end, or until they are revoked.';
  static override examples = ['<%= config.bin %> recover-broker-info', '<%= config.bin %> recover-broker-info --context broker --broker-url https://broker.example:6443', '<%= config.bin %> recover-broker-info --dry-run -o yaml'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...brokerFlags,
    ...infoFileFlags,
    'output-file': Flags.string({ default: 'broker-info.subm', summary: 'Path of the file; what stands there is kept beside it' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RecoverBrokerInfo);
    const { createToken } = await import('../deployers/index.ts');
    const { 'broker-url': brokerUrl, 'output-file': outputFile } = flags;
    const ttlSeconds = secondsOf(flags.ttl);
    const { cluster, context } = await this.connect(flags);
    const place = { brokerNamespace: flags.namespace, kubeconfigCa: cluster.access.tls.ca ?? '', ...(brokerUrl !== undefined && { brokerUrl }), outputFile, configDir: configDir(process.env) };
    const result = await createToken(context, { ...place, approve: false, ttlSeconds, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeCreatedToken(result));
    if (!flags['dry-run']) this.next(`mcs join ${outputFile} --clusterid <name>   # with the context of each cluster`, 'mcs token list   # what else is good; mcs token revoke ends it');
  }
}
