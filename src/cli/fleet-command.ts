import { combineExitCodes, EXIT, type ExitCode } from '../base/exit-codes.ts';
import { closeFleet, type Fleet, type FleetSource, surveyFleet } from '../inspect/survey-fleet.ts';
import { BaseCommand } from './base-command.ts';
import { findFleet, type FleetSelection } from './connect.ts';

/** Time for a cluster to answer before it counts as unread, ms. */
const SURVEY_TIMEOUT_MS = 8000;

/** A command that reads many clusters. */
export abstract class FleetCommand extends BaseCommand {
  /** Reads the chosen clusters, lets `use` look at them, and closes all connections. */
  protected async withFleet<T>(selection: FleetSelection, use: (fleet: Fleet) => Promise<T>): Promise<T> {
    return this.withSources(await findFleet(selection, this.version), use);
  }

  /** The same for clusters that were chosen already. */
  protected async withSources<T>(sources: readonly FleetSource[], use: (fleet: Fleet) => Promise<T>): Promise<T> {
    const fleet = await surveyFleet(sources, { signal: this.signal, timeoutMs: SURVEY_TIMEOUT_MS });
    try {
      return await use(fleet);
    } finally {
      closeFleet(fleet);
    }
  }

  /** Sets the exit code for clusters that could not be read, beside what the command found. */
  protected setExitCode(fleet: Fleet, ...codes: readonly ExitCode[]): void {
    process.exitCode = combineExitCodes([...codes, unreadExitCode(fleet)]);
  }
}

/** 6 if nothing could be read, 7 if a part could not. */
export function unreadExitCode({ unread, clusters, leftOut }: Fleet): ExitCode {
  if (unread.length === 0) return EXIT.ok;
  return clusters.length + leftOut.length === 0 ? EXIT.unreachable : EXIT.partial;
}
