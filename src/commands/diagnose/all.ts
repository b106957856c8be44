import { DiagnoseCommand } from '../../cli/diagnose-command.ts';
import { diagnoseFlags, inClusterFlags, reportFlags } from '../../cli/diagnose-flags.ts';

export default class DiagnoseAll extends DiagnoseCommand {
  static override readonly summary = 'Check everything';
  static override readonly description = 'Every check, on all clusters in parallel. Exits with 3 if one failed.';
  static override readonly examples = ['<%= config.bin %> diagnose all', '<%= config.bin %> diagnose all --context west -o json', '<%= config.bin %> diagnose all --in-cluster --context west', '<%= config.bin %> diagnose all --report report.html', '<%= config.bin %> diagnose all --from mcs-gather-20260102T030405Z.tgz'];
  static override readonly flags = { ...diagnoseFlags, ...reportFlags, ...inClusterFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(DiagnoseAll);
    await (flags['in-cluster'] && flags.from === undefined ? this.diagnoseFromInside(flags) : this.diagnose(undefined, flags));
  }
}
