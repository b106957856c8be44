import { systemClock } from '../base/clock.ts';
import { mapConcurrently } from '../base/concurrently.ts';
import { toMcsError } from '../base/errors.ts';
import { combineExitCodes, EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { MirrorReportEntry } from '../deployers/mirror/index.ts';
import type { FleetSource } from '../inspect/survey-fleet.ts';
import { describeApiError } from '../kube/describe-api-error.ts';
import { BaseCommand } from './base-command.ts';
import { findFleet, type FleetSelection } from './connect.ts';
import type { OutputFormat } from './flags.ts';
import { formatSections } from './sections.ts';
import { type MirrorReport, mirrorRemarks, mirrorSections, shortMirrors } from './present-mirror-status.ts';

interface StatusFlags extends FleetSelection {
  readonly name?: string | undefined;
  readonly output: OutputFormat;
}

interface ReadCluster {
  readonly uid: string;
  readonly mirrors: readonly MirrorReportEntry[];
}

const AT_A_TIME = 40;
/** Time for a cluster to answer before it counts as unread, ms. */
const TIMEOUT_MS = 12_000;

/** What `mcs mirror status` does. It reads clusters that are no members too. */
export abstract class MirrorStatusCommand extends BaseCommand {
  protected async showStatus(flags: StatusFlags): Promise<void> {
    const { isWell } = await import('../deployers/mirror/index.ts');
    const sources = await findFleet(flags, this.version);
    const results = await mapConcurrently(sources, AT_A_TIME, async (source) => ({ context: source.context, ...(await this.#tryRead(source, flags.name)) }));
    this.signal.throwIfAborted();
    const report = makeReport(results);
    const { width } = this.terminal;
    await this.present(report, flags.output, { table: () => formatSections(mirrorSections(report), width), short: () => shortMirrors(report) });
    if (flags.output === 'table') for (const remark of mirrorRemarks(report)) this.note(remark);
    process.exitCode = combineExitCodes([report.mirrors.every(isWell) ? EXIT.ok : EXIT.checksFailed, unreadCode(results)]);
  }

  async #tryRead(source: FleetSource, name: string | undefined): Promise<{ readonly cluster: ReadCluster } | { readonly error: MirrorReport['unread'][number] }> {
    try {
      return { cluster: await this.#read(source, name) };
    } catch (error) {
      const { code, message, hints } = toMcsError(error);
      return { error: { context: source.context, code, message, hints } };
    }
  }

  async #read(source: FleetSource, name: string | undefined): Promise<ReadCluster> {
    const { readMirrors } = await import('../deployers/mirror/index.ts');
    const { resources } = await import('../api/resources.ts');
    const client = await source.connect();
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const uid = (await client.get(resources.namespaces, 'kube-system', undefined, { signal })).metadata.uid ?? source.context;
      return { uid, mirrors: await readMirrors(source.context, client, { clock: systemClock, signal, ...(name !== undefined && { name }) }) };
    } catch (error) {
      throw describeApiError(error, { verb: 'read', object: 'the mirrors', server: client.server });
    } finally {
      client.close();
    }
  }
}

type Result = { readonly context: string } & ({ readonly cluster: ReadCluster } | { readonly error: MirrorReport['unread'][number] });

/** Each cluster once, under the first of its contexts. */
function makeReport(results: readonly Result[]): MirrorReport {
  const seen = new Set<string>();
  const mirrors = results.flatMap((result) => {
    if ('error' in result || seen.has(result.cluster.uid)) return [];
    seen.add(result.cluster.uid);
    return result.cluster.mirrors;
  });
  return { formatVersion: 1, mirrors, unread: results.flatMap((result) => ('error' in result ? [result.error] : [])) };
}

function unreadCode(results: readonly Result[]): ExitCode {
  const unread = results.filter((result) => 'error' in result).length;
  if (unread === 0) return EXIT.ok;
  return unread === results.length ? EXIT.unreachable : EXIT.partial;
}
