import { type CredentialsReport, readCredentials } from '../inspect/credentials.ts';
import type { FleetSelection } from './connect.ts';
import { FleetCommand } from './fleet-command.ts';
import type { OutputFormat } from './flags.ts';
import { showRemarks } from './present-show.ts';
import type { Section } from './sections.ts';

export interface CredentialsView {
  /** What JSON and YAML hold. */
  readonly select: (report: CredentialsReport) => Partial<CredentialsReport>;
  readonly sections: (report: CredentialsReport) => readonly Section[];
  /** Lines beside the tables. */
  readonly remarks: (report: CredentialsReport) => readonly string[];
}

/** A command that shows credentials of many clusters; they differ in what of them. */
export abstract class ReadingCredentialsCommand extends FleetCommand {
  protected presentCredentials(flags: FleetSelection & { readonly output: OutputFormat }, { select, sections, remarks }: CredentialsView): Promise<void> {
    return this.withFleet(flags, async (fleet) => {
      const report = await readCredentials(fleet, Date.now(), this.signal);
      await this.presentSections(select(report), flags.output, sections(report));
      if (flags.output === 'table') for (const remark of [...remarks(report), ...showRemarks(report, (text) => this.asTyped(text))]) this.note(remark);
      this.setExitCode(fleet);
    });
  }
}
