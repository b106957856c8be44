import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';
import { SHOW_TOPICS } from '../../inspect/show-report.ts';

export default class ShowAll extends ShowCommand {
  static override readonly summary = 'Show everything';
  static override readonly description = 'Brokers, connections, endpoints, gateways, networks, services and versions of all clusters.';
  static override readonly examples = ['<%= config.bin %> show all', '<%= config.bin %> show all --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowAll);
    await this.show(SHOW_TOPICS, flags);
  }
}
