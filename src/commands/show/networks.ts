import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowNetworks extends ShowCommand {
  static override readonly summary = 'Show the networks of the members';
  static override readonly description = 'The ranges that each cluster joined with.';
  static override readonly examples = ['<%= config.bin %> show networks', '<%= config.bin %> show networks --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowNetworks);
    await this.show(['networks'], flags);
  }
}
