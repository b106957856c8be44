import { ChangeClusterLocalCommand, disableFlags } from '../../cli/change-cluster-local-command.ts';

export default class FallthroughDisable extends ChangeClusterLocalCommand {
  static override readonly summary = 'End fallthrough, for all namespaces or for some';
  static override readonly description = "Once no namespace has it, the controller puts the cluster's own DNS back as it was, byte for byte.";
  static override readonly examples = ['<%= config.bin %> fallthrough disable', '<%= config.bin %> fallthrough disable --namespaces bank'];
  static override readonly flags = disableFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(FallthroughDisable);
    await this.change('fallthrough', 'disable', flags);
  }
}
