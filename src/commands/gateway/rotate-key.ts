import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeKeyRotation } from '../../cli/present-gateway.ts';

export default class GatewayRotateKey extends DeployCommand {
  static override summary = 'Give the WireGuard tunnels of the current cluster a new key pair';
  static override description = 'The gateways take the new key up by themselves, and the other members learn its public half through the broker. Until they have, which takes some seconds, nothing passes the tunnels of this cluster.';
  static override examples = ['<%= config.bin %> gateway rotate-key', '<%= config.bin %> gateway rotate-key --context west'];

  static override flags = { ...clusterFlags, ...dryRunFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(GatewayRotateKey);
    const { rotateKey } = await import('../../deployers/index.ts');
    const { cluster, context } = await this.connect(flags);
    const result = await rotateKey(context, { dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeKeyRotation(result) });
    if (!flags['dry-run']) this.next('mcs show connections');
  }
}
