import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowGateways extends ShowCommand {
  static override readonly summary = 'Show the gateways of the members';
  static override readonly description = 'Which nodes are gateways, which of them is active, and what it says of its connections. Says so where the data plane is not installed.';
  static override readonly examples = ['<%= config.bin %> show gateways', '<%= config.bin %> show gateways --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowGateways);
    await this.show(['gateways'], flags);
  }
}
