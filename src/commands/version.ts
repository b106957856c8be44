import { BaseCommand } from '../cli/base-command.ts';
import { outputFlags } from '../cli/flags.ts';

export default class Version extends BaseCommand {
  static override readonly summary = 'Print the version';
  static override readonly description = 'Version of this mcs, and the Node.js that runs it.';
  static override readonly examples = ['<%= config.bin %> version', '<%= config.bin %> version -o json'];
  static override readonly flags = outputFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Version);
    const result = { version: this.version, node: process.version, platform: `${process.platform}-${process.arch}` };
    await this.present(result, flags.output, { table: () => `mcs ${result.version}`, short: () => result.version });
  }
}
