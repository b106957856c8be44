import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseConnections extends DiagnoseCommand {
  static override readonly summary = 'Check gateways and the connections between clusters';
  static override readonly description = 'Whether nodes and gateways are fit for tunnels, whether all clusters are connected, seen from both sides, and whether every node gets through.';
  static override readonly examples = ['<%= config.bin %> diagnose connections', '<%= config.bin %> diagnose connections --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseConnections);
    await this.diagnose(['connections'], flags);
  }
}
