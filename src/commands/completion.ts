import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { completionNodes } from '../cli/completion/model.ts';
import { renderCompletion, SHELLS, shellOf } from '../cli/completion/shells.ts';

export default class Completion extends BaseCommand {
  static override readonly summary = 'Print a completion script for a shell';
  static override readonly description = `Completes commands, flags and their values with Tab: contexts, and names of namespaces, services, clusters and nodes, too.
bash: put "source <(mcs completion bash)" into ~/.bashrc
zsh:  put "source <(mcs completion zsh)" into ~/.zshrc, behind compinit
fish: mcs completion fish > ~/.config/fish/completions/mcs.fish
kubectl mcs is completed by kubectl's own script, if kubectl_complete-mcs is on the PATH as kubectl-mcs is.`;
  static override readonly examples = ['<%= config.bin %> completion', '<%= config.bin %> completion bash', '<%= config.bin %> completion fish'];
  static override readonly args = { shell: Args.string({ options: [...SHELLS], description: 'Which shell (default: that of SHELL)' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell = shellOf(args.shell ?? process.env.SHELL);
    process.stdout.write(renderCompletion(shell, completionNodes(this.config.commands, this.config.topics)));
  }
}
