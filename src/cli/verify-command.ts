import { randomBytes } from 'node:crypto';
import { OWNER } from '../api/labels.ts';
import { McsError } from '../base/errors.ts';
import { kindOf, selectTests, TEST_KINDS } from '../verify/suites/catalogue.ts';
import { VERIFY_LABELS } from '../verify/suites/objects.ts';
import { readSites } from '../verify/suites/read-sites.ts';
import { exitCodeOf, type VerifyReport } from '../verify/suites/report.ts';
import { runVerify } from '../verify/suites/run-verify.ts';
import { describeManifests, planVerify, verifyNamespaces, type VerifyPlan } from '../verify/suites/verify-plan.ts';
import { marksFor } from './color-marks.ts';
import { FleetCommand } from './fleet-command.ts';
import { catalogueSections, formatVerify, formatVerifyJunit, formatVerifyShort, planSections } from './present-verify.ts';
import { requireWritableReport, writeReportFile } from './report/report-file.ts';
import { findVerifySources, type SettingFlags, type VERIFY_FORMATS, verifySettings, type VerifySelection } from './verify-flags.ts';

export interface VerifyFlags extends VerifySelection, SettingFlags {
  readonly only?: readonly string[] | undefined;
  readonly 'disruptive-tests': boolean;
  readonly yes: boolean;
  readonly keep: boolean;
  readonly 'dry-run': boolean;
  readonly output: (typeof VERIFY_FORMATS)[number];
  readonly 'junit-report'?: string | undefined;
  readonly verbose: boolean;
}

/** What `mcs verify` does. */
export abstract class VerifyCommand extends FleetCommand {
  protected override interruption(): McsError {
    return new McsError('MCS_INTERRUPTED', 'Stopped: the test pods and services are removed');
  }

  /** Shows what can be run. */
  protected async listTests(flags: VerifyFlags): Promise<void> {
    const named = selectTests(flags.only, true);
    const kinds = TEST_KINDS.filter(({ name }) => named.has(name));
    await this.presentSections(kinds, outputWithoutRun('--list', flags), catalogueSections(kinds));
  }

  protected async verify(flags: VerifyFlags): Promise<void> {
    const { 'junit-report': file } = flags;
    const planOutput = flags['dry-run'] ? outputWithoutRun('--dry-run', flags) : undefined;
    if (file !== undefined) await requireWritableReport(file);
    const selected = selectTests(flags.only, flags['disruptive-tests']);
    const settings = verifySettings(flags);
    const sources = await findVerifySources(flags, this.version);
    await this.withSources(sources, async (fleet) => {
      for (const { context, error } of fleet.unread) this.note(`Left out: "${context}": ${error.message}`);
      const [unread] = fleet.unread;
      if (unread !== undefined && sources.length - fleet.unread.length < 2) throw unread.error;
      const namespaces = verifyNamespaces(randomBytes(4).toString('hex'));
      const plan = planVerify(await readSites(fleet, namespaces.pods, this.signal), selected, namespaces);
      if (planOutput !== undefined) return this.#describe(plan, flags, planOutput);
      await this.#confirm(plan, flags.yes);
      const report = await runVerify(plan, { settings, keep: flags.keep, runTasks: this.tasks, signal: this.signal });
      await this.#show(report, flags);
      this.setExitCode(fleet, exitCodeOf(report));
    });
  }

  async #describe(plan: VerifyPlan, flags: VerifyFlags, output: PlanOutput): Promise<void> {
    const manifests = describeManifests(plan, verifySettings(flags));
    if (output === 'yaml') process.stdout.write(manifests);
    else await this.presentSections({ dryRun: true, namespace: plan.namespaces.pods, tests: plan.tests, manifests }, output, planSections(plan.tests));
  }

  async #confirm({ tests }: VerifyPlan, isSure: boolean): Promise<void> {
    const disturbed = new Set(tests.flatMap(({ skip, stage }) => (skip === undefined && typeof stage !== 'string' ? [stage.cluster] : [])));
    if (disturbed.size === 0 || isSure) return;
    const question = `Restart and move the gateways of ${[...disturbed].join(', ')}? Calls between clusters may fail for some seconds.`;
    if (!(await this.confirm(question, '--yes'))) throw new McsError('MCS_INTERRUPTED', 'Stopped: nothing was done');
  }

  async #show(report: VerifyReport, flags: VerifyFlags): Promise<void> {
    const { output, verbose } = flags;
    const file = flags['junit-report'];
    if (file !== undefined) await writeReportFile(file, formatVerifyJunit(report));
    if (output === 'junit') process.stdout.write(formatVerifyJunit(report));
    else await this.present(report, output, { table: () => formatVerify(report, marksFor(this.terminal, (text) => this.asTyped(text)), verbose), short: () => formatVerifyShort(report) });
    if (report.kept) {
      this.note(`Left for a look: namespace ${report.namespace} in each cluster. Its pods end within half an hour, the rest stays until it is removed`);
      this.next(...report.clusters.map(({ context }) => `kubectl --context ${context} delete namespaces -l ${OWNER}=${VERIFY_LABELS[OWNER]}`));
    } else if (report.tests.some(({ name, status }) => status === 'fail' && kindOf(name).suite === 'service-discovery')) this.note('With --keep the services stay, for "mcs trace" to say where the way breaks');
  }
}

type PlanOutput = Exclude<VerifyFlags['output'], 'junit'>;

/** JUnit has results, and where nothing is run there are none. Throws MCS_USAGE. */
function outputWithoutRun(flag: '--list' | '--dry-run', { 'junit-report': file, output }: VerifyFlags): PlanOutput {
  if (output !== 'junit' && file === undefined) return output;
  throw new McsError('MCS_USAGE', `Cannot use ${output === 'junit' ? '-o junit' : '--junit-report'} with ${flag}: nothing is run`);
}
