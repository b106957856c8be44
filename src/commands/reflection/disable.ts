import { ChangeClusterLocalCommand, disableFlags } from '../../cli/change-cluster-local-command.ts';

export default class ReflectionDisable extends ChangeClusterLocalCommand {
  static override readonly summary = 'End reflection, for all namespaces or for some';
  static override readonly description = 'The controller removes the Services that it made for it, and no others.';
  static override readonly examples = ['<%= config.bin %> reflection disable', '<%= config.bin %> reflection disable --namespaces bank'];
  static override readonly flags = disableFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(ReflectionDisable);
    await this.change('reflection', 'disable', flags);
  }
}
