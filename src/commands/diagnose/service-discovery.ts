import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseServiceDiscovery extends DiagnoseCommand {
  static override readonly summary = 'Check exports and imports';
  static override readonly description = 'Conditions of exports, conflicts, missing imports and imports without endpoints, over all clusters.';
  static override readonly examples = ['<%= config.bin %> diagnose service-discovery', '<%= config.bin %> diagnose service-discovery --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseServiceDiscovery);
    await this.diagnose(['service-discovery'], flags);
  }
}
