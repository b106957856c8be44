import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseDns extends DiagnoseCommand {
  static override readonly summary = 'Check the name servers';
  static override readonly description = 'Asks every pod of the name server, and compares its answers with the imports.';
  static override readonly examples = ['<%= config.bin %> diagnose dns', '<%= config.bin %> diagnose dns --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseDns);
    await this.diagnose(['dns'], flags);
  }
}
