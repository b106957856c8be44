import { Args } from '@oclif/core';
import { EXIT } from '../../base/exit-codes.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { outputFlags } from '../../cli/flags.ts';
import { archiveDiffSections } from '../../cli/present-gather.ts';

export default class GatherDiff extends BaseCommand {
  static override readonly summary = 'Show what changed between two archives';
  static override readonly description = 'By cluster, object and field, and what the checks found before and after. What changes all the time (versions, heartbeats, round-trip times, Events) is left out. Exit code 3 means that something differs.';
  static override readonly examples = ['<%= config.bin %> gather diff good.tgz bad.tgz', '<%= config.bin %> gather diff good.tgz bad.tgz -o json'];
  static override readonly args = {
    before: Args.string({ required: true, description: 'Archive of "mcs gather"' }),
    now: Args.string({ required: true, description: 'A later one' }),
  };
  static override readonly flags = outputFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GatherDiff);
    const { diffArchives, openArchive } = await import('../../diagnose/gather/index.ts');
    const [before, now] = [await openArchive(args.before), await openArchive(args.now)];
    const diff = diffArchives(before, now);
    await this.presentSections(diff, flags.output, archiveDiffSections(diff));
    if (flags.output === 'table') {
      this.note(`From ${diff.before.createdAt} to ${diff.now.createdAt}`);
      for (const what of diff.notCompared) this.note(`Not compared: ${what}`);
    }
    process.exitCode = diff.ok ? EXIT.ok : EXIT.checksFailed;
  }
}
