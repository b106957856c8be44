import { randomBytes } from 'node:crypto';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { McsError } from '../base/errors.ts';
import { combineExitCodes, type ExitCode } from '../base/exit-codes.ts';
import type { Topic } from '../diagnose/check.ts';
import { compareReports } from '../diagnose/compare-reports.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { fleetOf, openArchive } from '../diagnose/gather/open-archive.ts';
import { diagnoseInCluster } from '../diagnose/in-cluster/diagnose-in-cluster.ts';
import { applyRepair, findRepairs, type ProposedRepair } from '../diagnose/repairs.ts';
import { type DiagnoseReport, exitCodeOf } from '../diagnose/report.ts';
import type { Fleet } from '../inspect/survey-fleet.ts';
import { marksFor } from './color-marks.ts';
import { connectCluster } from './connect.ts';
import { type DiagnoseFlags, podsFor, refuseBesideArchive } from './diagnose-flags.ts';
import { parseDuration } from './duration.ts';
import { FleetCommand, unreadExitCode } from './fleet-command.ts';
import { formatChange, formatDiagnose, formatDiagnoseShort, type Marks } from './present-diagnose.ts';
import { formatJunit, formatSarif } from './present-findings.ts';
import { showRemarks } from './present-show.ts';
import { requireWritableReport } from './report/report-file.ts';
import type { ReportSource } from './report/write-report.ts';

/** A pod tells what its checks found, and nothing of what they looked at. */
const NO_FLEET: Fleet = { clusters: [], unread: [], leftOut: [] };

/** Who `--fix` writes as. */
const FIELD_MANAGER = 'mcs-diagnose';

/** What all `mcs diagnose ...` commands do; they differ in their topics only. */
export abstract class DiagnoseCommand extends FleetCommand {
  protected async diagnose(topics: readonly Topic[] | undefined, flags: DiagnoseFlags): Promise<void> {
    if (flags.from !== undefined) return this.#diagnoseArchive(flags.from, topics, flags);
    if (flags.watch === true) return this.#watch(topics, flags);
    if (flags.report !== undefined) await requireWritableReport(flags.report);
    return this.withFleet(flags, async (fleet) => {
      const report = await this.#examine(fleet, topics, flags);
      await this.#presentReport(report, flags);
      await this.#writePage(report, fleet, flags, { at: new Date() });
      this.setExitCode(fleet, exitCodeOf(report, flags['fail-on']));
      if (flags.fix === true) await this.#repair(fleet, report, flags.yes === true);
    });
  }

  /** All checks, in a pod of one cluster. */
  protected async diagnoseFromInside(flags: DiagnoseFlags): Promise<void> {
    if (flags.contexts !== undefined || flags['all-contexts']) throw new McsError('MCS_USAGE', 'Cannot diagnose from inside several clusters at once', { hints: ['--in-cluster --context west'] });
    const deadlineMs = parseDuration(flags.timeout);
    if (flags.report !== undefined) await requireWritableReport(flags.report);
    const { client, context } = await connectCluster(flags, this.version);
    const progress = (text: string): void => { this.note(`Waiting for ${text}`); };
    try {
      const report = await diagnoseInCluster(client, { context, runID: randomBytes(4).toString('hex'), deadlineMs, signal: this.signal, progress, ...selectionOf(flags) });
      await this.#presentReport(report, flags);
      await this.#writePage(report, NO_FLEET, flags, { at: new Date() });
      process.exitCode = exitCodeOf(report, flags['fail-on']);
    } finally {
      client.close();
    }
  }

  /** The same checks, of clusters as they were. */
  async #diagnoseArchive(path: string, topics: readonly Topic[] | undefined, flags: DiagnoseFlags): Promise<void> {
    refuseBesideArchive(flags);
    if (flags.report !== undefined) await requireWritableReport(flags.report);
    const archive = await openArchive(path);
    const { createdAt, mcsVersion } = archive.index;
    const fleet = await fleetOf(archive, { signal: this.signal, timeoutMs: parseDuration(flags.timeout) });
    // what lasts is measured from then on: a credential that was good has not expired by being archived
    const report = await this.#examine(fleet, topics, flags, { ...systemClock, now: () => Date.parse(createdAt) });
    if (flags.output === 'table') this.note(`Clusters as they were at ${createdAt}, gathered by mcs ${mcsVersion}`);
    await this.#presentReport(report, flags);
    await this.#writePage(report, fleet, flags, { at: new Date(createdAt), gatheredBy: mcsVersion });
    this.setExitCode(fleet, exitCodeOf(report, flags['fail-on']));
  }

  #examine(fleet: Fleet, topics: readonly Topic[] | undefined, flags: DiagnoseFlags, clock: Clock = systemClock): Promise<DiagnoseReport> {
    const deadlineMs = parseDuration(flags.timeout);
    let isTold = flags.output !== 'table';
    // not before there is a pod: many checks take none
    const progress = (): void => {
      if (!isTold) this.note('Running pods in the clusters for some seconds (--no-pods does without)');
      isTold = true;
    };
    const pods = podsFor(flags, { deadlineMs, env: process.env, progress, runID: randomBytes(4).toString('hex') });
    return diagnose(fleet, { clock, signal: this.signal, deadlineMs, pods, ...(topics !== undefined && { topics }), ...selectionOf(flags) });
  }

  get #marks(): Marks {
    return marksFor(this.terminal, (text) => this.asTyped(text));
  }

  async #presentReport(report: DiagnoseReport, { output }: DiagnoseFlags): Promise<void> {
    if (output === 'junit') return void process.stdout.write(formatJunit(report));
    if (output === 'sarif') return void process.stdout.write(formatSarif(report, this.version));
    const marks = this.#marks;
    await this.present(report, output, { table: () => formatDiagnose(report, marks), short: () => formatDiagnoseShort(report) });
    if (output === 'table') for (const remark of showRemarks({ unread: [], leftOut: report.leftOut }, (text) => this.asTyped(text))) this.note(remark);
  }

  async #writePage(report: DiagnoseReport, fleet: Fleet, { report: path }: DiagnoseFlags, when: Pick<ReportSource, 'at' | 'gatheredBy'>): Promise<void> {
    if (path === undefined) return;
    // the renderer of the page is code that no other diagnosis needs
    const { writeReport } = await import('./report/write-report.ts');
    await writeReport(path, report, fleet, { ...when, version: this.version, packageRoot: this.config.root });
    this.note(`Written: ${path}`);
  }

  /** The whole report, then what changes; with `-o json` each round's report on a line. Ctrl-C is its end, with the last exit code. */
  async #watch(topics: readonly Topic[] | undefined, flags: DiagnoseFlags): Promise<void> {
    const { output, report: path } = flags;
    if (path !== undefined) throw new McsError('MCS_USAGE', 'Cannot use --report with --watch: a page is of one round', { hints: [`mcs diagnose all --report ${path}`] });
    if (output !== 'table' && output !== 'short' && output !== 'json') throw new McsError('MCS_USAGE', `Cannot watch with -o ${output}: its form has one report only`, { hints: ['mcs diagnose all --watch -o json'] });
    const intervalMs = parseDuration(flags.interval);
    let before: DiagnoseReport | undefined;
    while (!this.signal.aborted) {
      const round = await this.#watchOnce(topics, flags).catch((error: unknown) => {
        if (!this.signal.aborted) throw error;
      });
      if (round === undefined) break;
      if (output === 'json') process.stdout.write(`${JSON.stringify(round.report)}\n`);
      else if (before === undefined) await this.#presentReport(round.report, flags);
      else for (const change of compareReports(before, round.report)) process.stdout.write(`${formatChange(change, new Date(), this.#marks)}\n`);
      before = round.report;
      process.exitCode = round.exitCode;
      await sleep(systemClock, intervalMs, this.signal).catch(() => undefined); // Ctrl-C
    }
  }

  #watchOnce(topics: readonly Topic[] | undefined, flags: DiagnoseFlags): Promise<{ readonly report: DiagnoseReport; readonly exitCode: ExitCode }> {
    return this.withFleet(flags, async (fleet) => {
      const report = await this.#examine(fleet, topics, flags);
      return { report, exitCode: combineExitCodes([exitCodeOf(report, flags['fail-on']), unreadExitCode(fleet)]) };
    });
  }

  async #repair(fleet: Fleet, report: DiagnoseReport, yes: boolean): Promise<void> {
    const proposed = findRepairs(report);
    if (proposed.length === 0) return this.note('Nothing that was found can be repaired by a change of an object: see the lines "fix:" above');
    this.note('');
    // a library that only repairs need, at the start of every diagnosis
    const { stringify } = await import('../base/yaml.ts');
    for (const one of proposed) this.note(describeRepair(one, stringify));
    if (!yes && !(await this.confirm(`Make ${proposed.length === 1 ? 'this change' : `these ${proposed.length} changes`}?`, '--yes'))) throw new McsError('MCS_INTERRUPTED', 'Stopped: nothing was changed');
    for (const { context, repair } of proposed) {
      const client = fleet.clusters.find((cluster) => cluster.context === context)?.client;
      if (client !== undefined) await applyRepair(client, repair, { fieldManager: FIELD_MANAGER, signal: this.signal });
      this.note(`Done: ${repair.description} in ${context}`);
    }
    this.next('mcs diagnose all');
  }
}

function selectionOf({ only, skip, suppress }: DiagnoseFlags): { readonly only?: readonly string[]; readonly skip?: readonly string[]; readonly suppress?: readonly string[] } {
  return { ...(only !== undefined && { only }), ...(skip !== undefined && { skip }), ...(suppress !== undefined && { suppress }) };
}

function describeRepair({ cluster, id, repair }: ProposedRepair, stringify: (value: unknown) => string): string {
  const patch = stringify(repair.mergePatch).trimEnd().split('\n').map((line) => `    ${line}`);
  return [`${id} ${cluster}: ${repair.description}, by the patch`, ...patch].join('\n');
}
