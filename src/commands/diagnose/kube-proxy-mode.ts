import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseKubeProxyMode extends DiagnoseCommand {
  static override readonly summary = 'Check the mode of kube-proxy';
  static override readonly description = 'Whether kube-proxy forwards in a mode with which the gateways are tested. Asked of members with gateways.';
  static override readonly examples = ['<%= config.bin %> diagnose kube-proxy-mode', '<%= config.bin %> diagnose kube-proxy-mode --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseKubeProxyMode);
    await this.diagnose(['kube-proxy-mode'], flags);
  }
}
