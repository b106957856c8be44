import { ClusterLocalStatusCommand } from '../../cli/cluster-local-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';

export default class FallthroughStatus extends ClusterLocalStatusCommand {
  static override readonly summary = 'Show where shared services are found as names of cluster.local';
  static override readonly description = "The namespaces that have it, and whether the cluster's own DNS passes on what it does not know.";
  static override readonly examples = ['<%= config.bin %> fallthrough status', '<%= config.bin %> fallthrough status --context west -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(FallthroughStatus);
    await this.showStatus('fallthrough', flags);
  }
}
