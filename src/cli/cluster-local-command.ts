import type { ClusterLocalKey } from '../api/cluster-local.ts';
import { describeUnread } from '../inspect/survey-fleet.ts';
import type { FleetSelection } from './connect.ts';
import { FleetCommand } from './fleet-command.ts';
import type { OutputFormat } from './flags.ts';
import { clusterLocalSections, fallthroughCures } from './present-cluster-local.ts';
import { showRemarks } from './present-show.ts';

/** What `mcs fallthrough status` and `mcs reflection status` do; they differ in what they show. */
export abstract class ClusterLocalStatusCommand extends FleetCommand {
  protected async showStatus(key: ClusterLocalKey, flags: FleetSelection & { readonly output: OutputFormat }): Promise<void> {
    const { readClusterLocalReport } = await import('../inspect/cluster-local/cluster-local-report.ts');
    await this.withFleet(flags, async (fleet) => {
      const { unread, ...report } = await readClusterLocalReport(fleet, this.signal);
      const shown = { ...report, unread: unread.map(describeUnread) };
      await this.presentSections(shown, flags.output, clusterLocalSections(shown, key));
      const asTyped = (command: string): string => this.asTyped(command);
      const cures = key === 'fallthrough' ? fallthroughCures(shown, asTyped) : [];
      if (flags.output === 'table') for (const remark of [...cures, ...showRemarks(shown, asTyped)]) this.note(remark);
      this.setExitCode({ ...fleet, unread });
    });
  }
}
