import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseCidrs extends DiagnoseCommand {
  static override readonly summary = 'Check the address ranges';
  static override readonly description = 'Whether pods and services lie inside the ranges that the cluster joined with, and whether members overlap.';
  static override readonly examples = ['<%= config.bin %> diagnose cidrs', '<%= config.bin %> diagnose cidrs --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseCidrs);
    await this.diagnose(['cidrs'], flags);
  }
}
