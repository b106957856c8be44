import { Flags } from '@oclif/core';
import { systemClock } from '../../base/clock.ts';
import { parseDuration } from '../../cli/duration.ts';
import { outputFlags } from '../../cli/flags.ts';
import { sandboxFlags, SandboxCommand } from '../../cli/sandbox-command.ts';

export default class SandboxDown extends SandboxCommand {
  static override summary = 'End a sandbox and remove its files';
  static override description = 'Ends only the process that "sandbox up" started. Contexts that were merged into your kubeconfig are taken out again.';
  static override examples = ['<%= config.bin %> sandbox down', '<%= config.bin %> sandbox down --name demo'];

  static override flags = {
    ...sandboxFlags,
    ...outputFlags,
    timeout: Flags.string({ default: '30s', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxDown);
    const { stopBackground, unmergeFromUser } = await import('../../sandbox/background/index.ts');
    const { outcome, state } = await stopBackground({ place: this.place(flags.name), timeoutMs: parseDuration(flags.timeout), signal: this.signal, clock: systemClock });
    if (state !== undefined) await unmergeFromUser(state);
    const text = outcome === 'deleted' ? `Sandbox "${flags.name}" has ended` : `Sandbox "${flags.name}" does not run: nothing to do`;
    await this.present({ name: flags.name, outcome }, flags.output, { table: () => text });
    this.next(this.commandFor('up', flags.name));
  }
}
