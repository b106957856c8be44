import { McsError } from '../base/errors.ts';
import type { PinChange } from '../deployers/index.ts';
import type { ClusterSelection } from './connect.ts';
import { DeployCommand } from './deploy-command.ts';
import type { OutputFormat } from './flags.ts';
import { describePins, describeRepin } from './present-credentials.ts';

export interface RepinFlagValues extends ClusterSelection {
  readonly key?: string | undefined;
  readonly 'key-file'?: string | undefined;
  readonly yes: boolean;
  readonly 'dry-run': boolean;
  readonly output: OutputFormat;
}

/** What `mcs join --repin` does in place of joining. */
export abstract class RepinCommand extends DeployCommand {
  async #requirePinConsent(yes: boolean, change: PinChange): Promise<void> {
    this.note(`The broker at ${change.broker} is trusted by ${describePins(change.before)};\nit is to be trusted by ${describePins(change.after)}`);
    if (yes || (await this.confirm('Trust the new authority?', '--yes'))) return;
    throw new McsError('MCS_INTERRUPTED', 'Stopped: the old authority stays');
  }

  protected async repin(infoFile: string, flags: RepinFlagValues): Promise<void> {
    const { repin } = await import('../deployers/index.ts');
    const { cluster, context } = await this.connect(flags);
    const result = await repin(context, { infoFile, keys: this.keySources(flags), consent: (change) => this.#requirePinConsent(flags.yes, change), dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeRepin(result) });
    if (!flags['dry-run']) this.next(result.isTokenAccepted ? 'mcs diagnose deployment' : `mcs join ${infoFile} --clusterid ${result.clusterID}`);
  }
}
