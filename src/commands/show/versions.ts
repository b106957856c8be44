import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { ShowCommand } from '../../cli/show-command.ts';

export default class ShowVersions extends ShowCommand {
  static override readonly summary = 'Show the versions of all parts';
  static override readonly description = 'Image, installed version and readiness of each part in each cluster.';
  static override readonly examples = ['<%= config.bin %> show versions', '<%= config.bin %> show versions --contexts west,east -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowVersions);
    await this.show(['versions'], flags);
  }
}
