import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseNatDiscovery extends DiagnoseCommand {
  static override readonly summary = 'Check whether gateways can find out how to reach each other';
  static override readonly description = 'A pod on each gateway node sends datagrams to the port on which the others answer NAT discovery, and sees what arrives, and from which address.';
  static override readonly examples = ['<%= config.bin %> diagnose nat-discovery', '<%= config.bin %> diagnose nat-discovery --contexts west,east -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseNatDiscovery);
    await this.diagnose(['nat-discovery'], flags);
  }
}
