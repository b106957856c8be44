import { Flags } from '@oclif/core';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { MirrorStatusCommand } from '../../cli/mirror-status-command.ts';

export default class MirrorStatus extends MirrorStatusCommand {
  static override readonly summary = 'Show what mirrors do: sources, lag, problems';
  static override readonly description = 'Reads what each mirror says of itself, and its Lease, which tells whether it lives. The exit code is 3 where a mirror is dead, does not take its configuration, or cannot follow a source.';
  static override readonly examples = ['<%= config.bin %> mirror status', '<%= config.bin %> mirror status --context east --name team-a -o json'];
  static override readonly flags = {
    ...fleetFlags,
    ...outputFlags,
    name: Flags.string({ summary: 'This mirror only' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MirrorStatus);
    await this.showStatus(flags);
  }
}
