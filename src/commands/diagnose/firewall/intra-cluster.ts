import { DiagnoseCommand } from '../../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../../cli/diagnose-flags.ts';

export default class DiagnoseFirewallIntraCluster extends DiagnoseCommand {
  static override readonly summary = 'Check what firewalls let pass between the nodes of each cluster';
  static override readonly description = 'A pod on the gateway node and one on another node send each other datagrams to the port of the VXLAN between nodes, and see what arrives. No tunnel has to be up for that.';
  static override readonly examples = ['<%= config.bin %> diagnose firewall intra-cluster', '<%= config.bin %> diagnose firewall intra-cluster --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseFirewallIntraCluster);
    await this.diagnose(['firewall-intra-cluster'], flags);
  }
}
