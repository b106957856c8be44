import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseDeployment extends DiagnoseCommand {
  static override readonly summary = 'Check that all parts run';
  static override readonly description = 'Judged by readiness: controller, name server, desk, their pods, and the credential on the broker.';
  static override readonly examples = ['<%= config.bin %> diagnose deployment', '<%= config.bin %> diagnose deployment --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseDeployment);
    await this.diagnose(['deployment'], flags);
  }
}
