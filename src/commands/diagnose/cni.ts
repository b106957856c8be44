import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseCni extends DiagnoseCommand {
  static override readonly summary = 'Check the network plugin';
  static override readonly description = 'Whether the network plugin is known, and leaves the addresses of packets between clusters alone. Asked of members with gateways.';
  static override readonly examples = ['<%= config.bin %> diagnose cni', '<%= config.bin %> diagnose cni --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseCni);
    await this.diagnose(['cni'], flags);
  }
}
