import { Flags } from '@oclif/core';
import { BROKER_NAMESPACE } from '../api/names.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { imageFlags, imageOptions } from '../cli/deploy-flags.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../cli/flags.ts';
import { describeUpgrade } from '../cli/present-deploy.ts';

export default class Upgrade extends DeployCommand {
  static override summary = 'Bring the current cluster to this version of mcs, in place';
  static override description = 'Plans everything first, then upgrades the broker and the member in this cluster with the settings of the last join; no join token is needed, and services stay reachable meanwhile. Upgrade the cluster of the broker first: a broker serves members of its own minor version and of the one before.';
  static override examples = ['<%= config.bin %> upgrade --dry-run', '<%= config.bin %> upgrade --context west', '<%= config.bin %> upgrade --dry-run -o yaml'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...imageFlags,
    namespace: Flags.string({ char: 'n', default: BROKER_NAMESPACE, summary: 'Namespace of a broker in this cluster' }),
    'allow-downgrade': Flags.boolean({ summary: 'Go back to this version although a later one is installed; CustomResourceDefinitions stay' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Upgrade);
    const { upgrade } = await import('../deployers/index.ts');
    const images = imageOptions(flags);
    const { cluster, context } = await this.connect(flags);
    const result = await upgrade(context, {
      brokerNamespace: flags.namespace,
      images,
      allowDowngrade: flags['allow-downgrade'],
      wait: flags.wait,
      timeoutMs: parseDuration(flags.timeout),
      dryRun: flags['dry-run'],
    });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeUpgrade(result));
    this.next(flags['dry-run'] ? 'mcs upgrade' : 'mcs diagnose all');
  }
}
