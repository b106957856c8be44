import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowBrokers extends ShowCommand {
  static override readonly summary = 'Show the brokers of the clusters';
  static override readonly description = 'Where a broker is, whether its desk answers, who its members are.';
  static override readonly examples = ['<%= config.bin %> show brokers', '<%= config.bin %> show brokers --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowBrokers);
    await this.show(['brokers'], flags);
  }
}
