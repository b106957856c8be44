import { systemClock } from '../base/clock.ts';
import { combineExitCodes, EXIT } from '../base/exit-codes.ts';
import { BaseCommand } from './base-command.ts';
import { findFleet, type FleetSelection } from './connect.ts';
import type { OutputFormat } from './flags.ts';
import { formatSections } from './sections.ts';
import { type MirrorReport, mirrorRemarks, mirrorSections, shortMirrors } from './present-mirror-status.ts';
import { readContexts } from './read-contexts.ts';

interface StatusFlags extends FleetSelection {
  readonly name?: string | undefined;
  readonly output: OutputFormat;
}

/** What `mcs mirror status` does. It reads clusters that are no members too. */
export abstract class MirrorStatusCommand extends BaseCommand {
  protected async showStatus({ name, output, ...selection }: StatusFlags): Promise<void> {
    const { isWell, readMirrors } = await import('../deployers/mirror/index.ts');
    const { values, unread, code } = await readContexts(await findFleet(selection, this.version), {
      object: 'the mirrors',
      read: (context, client, signal) => readMirrors(context, client, { clock: systemClock, signal, ...(name !== undefined && { name }) }),
      signal: this.signal,
    });
    const report: MirrorReport = { formatVersion: 1, mirrors: values.flat(), unread };
    const { width } = this.terminal;
    await this.present(report, output, { table: () => formatSections(mirrorSections(report), width), short: () => shortMirrors(report) });
    if (output === 'table') for (const remark of mirrorRemarks(report)) this.note(remark);
    process.exitCode = combineExitCodes([report.mirrors.every(isWell) ? EXIT.ok : EXIT.checksFailed, code]);
  }
}
