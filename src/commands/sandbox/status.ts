import { McsError } from '../../base/errors.ts';
import { outputFlags } from '../../cli/flags.ts';
import { describeSandbox, SIMULATOR_NOTE } from '../../cli/present-sandbox.ts';
import { sandboxFlags, SandboxCommand } from '../../cli/sandbox-command.ts';

export default class SandboxStatus extends SandboxCommand {
  static override summary = 'Say whether a sandbox runs, and how to use it';
  static override description = `${SIMULATOR_NOTE} Fails where no sandbox of the name runs.`;
  static override examples = ['<%= config.bin %> sandbox status', '<%= config.bin %> sandbox status -o json'];
  static override flags = { ...sandboxFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStatus);
    const { findState, isRunning } = await import('../../sandbox/background/index.ts');
    const state = await findState(this.place(flags.name));
    if (state === undefined || !(await isRunning(state))) {
      throw new McsError('MCS_SANDBOX_NOT_RUNNING', `Cannot show sandbox "${flags.name}": it does not run`, { hints: [this.commandFor('up', flags.name)] });
    }
    const result = { simulated: true, note: SIMULATOR_NOTE, ...state };
    await this.present(result, flags.output, { table: () => describeSandbox(state), short: () => `${state.name} ${state.phase} ${state.clusters.length} clusters` });
  }
}
