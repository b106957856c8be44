import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowServices extends ShowCommand {
  static override readonly summary = 'Show the shared services';
  static override readonly description = 'Who exports each service, who imports it, and what its conditions say.';
  static override readonly examples = ['<%= config.bin %> show services', '<%= config.bin %> show services --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowServices);
    await this.show(['services'], flags);
  }
}
