import { imageFlags, imageOptions } from '../../cli/deploy-flags.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../../cli/flags.ts';
import { describeInstalledHub } from '../../cli/present-hub.ts';

export default class HubInstall extends DeployCommand {
  static override readonly summary = 'Install a hub in the current cluster: one program that works for all members';
  static override readonly description =
    'A hub knows the kubeconfigs of its members, and does from outside what a controller in each of them would do: there is no broker file, and clusters join and leave while it runs. In its own cluster it has rights in namespace mcs-hub only. Run again, it completes or upgrades what stands.';
  static override readonly examples = ['<%= config.bin %> hub install --context hub', '<%= config.bin %> hub install --dry-run -o yaml'];
  static override readonly flags = { ...clusterFlags, ...dryRunFlags, ...waitFlags, ...imageFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(HubInstall);
    const { installHub } = await import('../../deployers/hub/index.ts');
    const images = imageOptions(flags);
    const { cluster, context } = await this.connect(flags);
    try {
      const result = await installHub(context, { images, wait: flags.wait, timeoutMs: parseDuration(flags.timeout), dryRun: flags['dry-run'] });
      await this.presentDeployment(result, flags.output, () => describeInstalledHub(result));
      if (!flags['dry-run']) this.next(`mcs hub join <name> --from <context> --context ${cluster.context}   # for each member`);
    } finally {
      cluster.client.close();
    }
  }
}
