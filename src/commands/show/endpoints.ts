import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowEndpoints extends ShowCommand {
  static override readonly summary = 'Show the tunnel endpoints of the members';
  static override readonly description = 'The ends of tunnels that each cluster knows: its own, and those that it has taken from the broker. Says so where the data plane is not installed.';
  static override readonly examples = ['<%= config.bin %> show endpoints', '<%= config.bin %> show endpoints --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowEndpoints);
    await this.show(['endpoints'], flags);
  }
}
