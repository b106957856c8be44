import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { errorMessage, McsError } from '../base/errors.ts';
import { kindOf, selectTests } from '../verify/suites/catalogue.ts';
import { readSites } from '../verify/suites/read-sites.ts';
import { exitCodeOf, type VerifyReport } from '../verify/suites/report.ts';
import { runVerify } from '../verify/suites/run-verify.ts';
import { describeManifests, planVerify, verifyNamespaces, type VerifyPlan } from '../verify/suites/verify-plan.ts';
import { marksFor } from './color-marks.ts';
import { FleetCommand } from './fleet-command.ts';
import { formatVerify, formatVerifyJunit, formatVerifyShort, planSections } from './present-verify.ts';
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

  protected async verify(flags: VerifyFlags): Promise<void> {
    const selected = selectTests(flags.only, flags['disruptive-tests']);
    const settings = verifySettings(flags);
    const sources = await findVerifySources(flags, this.version);
    await this.withSources(sources, async (fleet) => {
      for (const { context, error } of fleet.unread) this.note(`Left out: "${context}": ${error.message}`);
      const [unread] = fleet.unread;
      if (unread !== undefined && sources.length - fleet.unread.length < 2) throw unread.error;
      const namespaces = verifyNamespaces(randomBytes(4).toString('hex'));
      const plan = planVerify(await readSites(fleet, namespaces.pods, this.signal), selected, namespaces);
      if (flags['dry-run']) return this.#describe(plan, flags);
      await this.#confirm(plan, flags.yes);
      const report = await runVerify(plan, { settings, keep: flags.keep, runTasks: this.tasks, signal: this.signal });
      await this.#show(report, flags);
      this.setExitCode(fleet, exitCodeOf(report));
    });
  }

  async #describe(plan: VerifyPlan, flags: VerifyFlags): Promise<void> {
    const { output } = flags;
    const manifests = describeManifests(plan, verifySettings(flags));
    if (output === 'yaml') process.stdout.write(manifests);
    else await this.presentSections({ dryRun: true, namespace: plan.namespaces.pods, tests: plan.tests, manifests }, output === 'junit' ? 'table' : output, planSections(plan.tests));
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
    if (file !== undefined) await writeReport(file, formatVerifyJunit(report));
    if (output === 'junit') process.stdout.write(formatVerifyJunit(report));
    else await this.present(report, output, { table: () => formatVerify(report, marksFor(this.terminal, (text) => this.asTyped(text)), verbose), short: () => formatVerifyShort(report) });
    if (report.kept) this.note(`Left for a look, for half an hour: namespace ${report.namespace}`);
    if (report.kept) this.next('kubectl delete namespaces -l mcs.clusterset.local/owner=verify');
    else if (report.tests.some(({ name, status }) => status === 'fail' && kindOf(name).suite === 'service-discovery')) this.note('With --keep the services stay, for "mcs trace" to say where the way breaks');
  }
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new McsError('MCS_USAGE', `Cannot write the report "${path}": ${errorMessage(cause)}`, { cause });
  }
}
