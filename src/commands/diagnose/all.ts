import { DiagnoseCommand, diagnoseFlags } from '../../cli/diagnose-command.ts';

export default class DiagnoseAll extends DiagnoseCommand {
  static override readonly summary = 'Check everything';
  static override readonly description = 'Every check, on all clusters in parallel. Exits with 3 if one failed.';
  static override readonly examples = ['<%= config.bin %> diagnose all', '<%= config.bin %> diagnose all --context west -o json'];
  static override readonly flags = diagnoseFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseAll);
    await this.diagnose(undefined, flags);
  }
}
