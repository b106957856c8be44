import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseK8sVersion extends DiagnoseCommand {
  static override readonly summary = 'Check the Kubernetes version of the clusters';
  static override readonly description = 'Whether each cluster serves the APIs that mcs needs.';
  static override readonly examples = ['<%= config.bin %> diagnose k8s-version', '<%= config.bin %> diagnose k8s-version --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseK8sVersion);
    await this.diagnose(['k8s-version'], flags);
  }
}
