import { ClusterLocalStatusCommand } from '../../cli/cluster-local-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';

export default class ReflectionStatus extends ClusterLocalStatusCommand {
  static override readonly summary = 'Show which shared services have Services of their own, cluster by cluster';
  static override readonly description = 'The namespaces that have it, the Services that stand for it with their endpoints, and what is missing and why.';
  static override readonly examples = ['<%= config.bin %> reflection status', '<%= config.bin %> reflection status --context west -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ReflectionStatus);
    await this.showStatus('reflection', flags);
  }
}
