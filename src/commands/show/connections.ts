import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowConnections extends ShowCommand {
  static override readonly summary = 'Show the connections between gateways';
  static override readonly description = 'One line for each tunnel and end of it, as the gateway there sees it: `connected` means that probes come back. Says so where the data plane is not installed.';
  static override readonly examples = ['<%= config.bin %> show connections', '<%= config.bin %> show connections --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowConnections);
    await this.show(['connections'], flags);
  }
}
