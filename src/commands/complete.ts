import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { lookUpNames } from '../cli/completion/look-up.ts';
import { type Lookup, LOOKUPS } from '../cli/completion/model.ts';

export default class Complete extends BaseCommand {
  static override readonly hidden = true;
  static override readonly summary = 'List the names that completion offers';
  static override readonly description = 'For the scripts of mcs completion. It says nothing where a cluster cannot be read, or not at once.';
  static override readonly examples = ['<%= config.bin %> complete context', '<%= config.bin %> complete namespace'];
  static override readonly args = {
    kind: Args.string({ required: true, options: [...LOOKUPS], description: 'What to list' }),
    line: Args.string({ default: '', description: 'The command line so far' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Complete);
    const names = await lookUpNames(args.kind as Lookup, args.line, this.version, this.signal);
    process.stdout.write(names.map((name) => `${name}\n`).join(''));
  }
}
