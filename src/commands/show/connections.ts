import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowConnections extends ShowCommand {
  static override readonly summary = 'Show the connections between gateways';
  static override readonly description = 'Says so as long as the data plane is not installed.';
  static override readonly examples = ['<%= config.bin %> show connections', '<%= config.bin %> show connections --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowConnections);
    await this.show(['connections'], flags);
  }
}
