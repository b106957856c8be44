import { DiagnoseCommand } from '../../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../../cli/diagnose-flags.ts';

export default class DiagnoseFirewallInterCluster extends DiagnoseCommand {
  static override readonly summary = 'Check what firewalls let pass between the gateways of the clusters';
  static override readonly description = 'A pod on each gateway node sends datagrams to the port of the tunnel of the others, and sees what arrives: both directions, with addresses and ports as they were sent and as they were seen. No tunnel has to be up for that.';
  static override readonly examples = ['<%= config.bin %> diagnose firewall inter-cluster', '<%= config.bin %> diagnose firewall inter-cluster --contexts west,east -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseFirewallInterCluster);
    await this.diagnose(['firewall-inter-cluster'], flags);
  }
}
