import { resources } from '../../api/resources.ts';
import { settleAll } from '../../base/concurrently.ts';
import { McsError } from '../../base/errors.ts';
import type { Looked } from '../../base/looked.ts';
import type { Task, TaskOutcome, TaskProgress, TaskRunner } from '../../base/tasks.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import type { CallsResult } from '../../probe/calls/calls-request.ts';
import { runProbePod } from '../../probe/pods/run-probe-pod.ts';
import { type CallerGroup, callerKey, groupByCaller, judgeGroup, makeRequest, type VerifySettings } from './call-stage.ts';
import { kindOf } from './catalogue.ts';
import { disturb, type Restore } from './disturb.ts';
import type { Verdict } from './judge-test.ts';
import { makeResults } from './make-results.ts';
import { HEADLESS_PODS, SHARED_SERVICE, webService } from './names.ts';
import { createAll, makePlace, type Place, removePlace } from './place.ts';
import { sharingClusters } from './plan-discovery.ts';
import type { Disruption, PlannedTest, Stage } from './planned-test.ts';
import type { VerifySite } from './read-sites.ts';
import { makeReport, type TestResult, type VerifyReport } from './report.ts';
import { callerPod, describeStage, type PlannedStage, stagesOf, type VerifyPlan } from './verify-plan.ts';

export interface RunOptions {
  readonly settings: VerifySettings;
  /** Ends after the first stage in which a test fails, and leaves everything as it was then. */
  readonly keep: boolean;
  readonly runTasks: TaskRunner;
  readonly signal: AbortSignal;
}

/** One run over its clusters. What a cluster cannot do makes its tests fail, and no others. */
class VerifyRun {
  readonly #plan: VerifyPlan;
  readonly #options: RunOptions;
  readonly #places = new Map<string, Place>();
  /** Why a cluster takes no part any more. */
  readonly #troubles = new Map<string, string>();
  readonly #verdicts = new Map<PlannedTest, Verdict>();
  /** Why tests that were planned were not run. */
  readonly #skips = new Map<PlannedTest, string>();

  constructor(plan: VerifyPlan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  get hasFailed(): boolean {
    return [...this.#verdicts.values()].some(({ status }) => status === 'fail');
  }

  async run(): Promise<void> {
    const { runTasks, signal } = this.#options;
    const stages = stagesOf(this.#plan);
    if (stages.length === 0) return;
    await runTasks([{ title: 'Start test servers', run: (progress) => this.#makePlaces(progress) }, ...stages.map((stage) => this.#stageTask(stage))], signal);
  }

  /** Takes away what was made, in all clusters, whatever happens in one of them. */
  async removeAll(): Promise<void> {
    await settleAll([...this.#plan.objects.keys()].map((cluster) => removePlace(this.#site(cluster).client, this.#plan.namespaces)));
  }

  results(kept: boolean): readonly TestResult[] {
    return makeResults(this.#plan, { verdicts: this.#verdicts, skips: this.#skips, kept });
  }

  #site(cluster: string): VerifySite {
    const site = this.#plan.sites.get(cluster);
    if (site === undefined) throw new McsError('MCS_BUG', `Cannot find cluster "${cluster}" of the plan`);
    return site;
  }

  /** Does something in all clusters at the same time; one that fails is in trouble from then on. */
  async #inAll(progress: TaskProgress, act: (cluster: string) => Promise<void>): Promise<void> {
    const able = [...this.#plan.objects.keys()].filter((cluster) => !this.#troubles.has(cluster));
    await Promise.all(
      able.map((cluster) =>
        act(cluster).catch((error: unknown) => {
          progress.signal.throwIfAborted();
          this.#troubles.set(cluster, describeApiError(error, { verb: 'run tests in', object: `"${cluster}"`, server: this.#site(cluster).client.server }).message);
        }),
      ),
    );
  }

  async #makePlaces(progress: TaskProgress): Promise<TaskOutcome> {
    const { signal } = progress;
    await this.#inAll(progress, async (cluster) => {
      const objects = this.#plan.objects.get(cluster);
      if (objects === undefined) return;
      this.#places.set(cluster, await makePlace(this.#site(cluster).client, objects, { cluster, timeoutMs: this.#options.settings.operationMs, signal, progress: (text) => progress.update(text) }));
    });
    const troubles = [...this.#troubles.values()];
    return troubles.length > 0 ? { state: 'warning', detail: troubles.join('; ') } : { state: 'done', detail: `in ${[...this.#places.keys()].join(', ')}` };
  }

  #stageTask({ stage, tests }: PlannedStage): Task {
    return {
      title: describeStage(stage),
      run: async (progress) => {
        if (this.#options.keep && this.hasFailed) return { state: 'skipped' };
        const restore = await this.#enter(stage, progress);
        try {
          await Promise.all(groupByCaller(this.#able(tests)).map((group) => this.#tryGroup(group, stage, progress)));
        } finally {
          await restore();
        }
        const count = (status: Verdict['status']): number => tests.filter((test) => this.#verdicts.get(test)?.status === status).length;
        const failed = count('fail');
        if (failed + count('pass') === 0) return { state: 'skipped' };
        return failed > 0 ? { state: 'warning', detail: `${failed} of ${tests.length} tests failed` } : { state: 'done', detail: `${count('pass')} tests passed` };
      },
    };
  }

  /** The change that a stage begins with, and what takes it back. */
  async #enter(stage: Stage | Disruption, progress: TaskProgress): Promise<Restore> {
    if (typeof stage !== 'string') return this.#disturb(stage, progress);
    if (stage === 'exported') await this.#inAll(progress, (cluster) => this.#export(cluster, progress.signal));
    if (stage === 'withdrawn') await this.#inAll(progress, (cluster) => this.#withdraw(cluster, progress.signal));
    return () => Promise.resolve();
  }

  async #disturb(stage: Disruption, progress: TaskProgress): Promise<Restore> {
    let restore: Restore = () => Promise.resolve();
    const { operationMs } = this.#options.settings;
    await this.#inAll(progress, async (cluster) => {
      const facts = this.#plan.clusters.find(({ name }) => name === stage.cluster);
      if (cluster !== stage.cluster || facts === undefined) return;
      restore = await disturb(this.#site(cluster).client, facts, stage, { timeoutMs: operationMs, signal: progress.signal, progress: (text) => progress.update(text) });
    });
    return restore;
  }

  async #export(cluster: string, signal: AbortSignal): Promise<void> {
    await createAll(this.#site(cluster).client, this.#plan.objects.get(cluster)?.exports ?? [], signal);
  }

  /** Takes back the own exports, one of them for all, and the pods of the headless service. */
  async #withdraw(cluster: string, signal: AbortSignal): Promise<void> {
    const { client } = this.#site(cluster);
    const namespace = this.#plan.namespaces.pods;
    const [sharing] = sharingClusters(this.#plan.clusters);
    const exports = [webService(cluster), ...(sharing?.name === cluster ? [SHARED_SERVICE] : [])];
    for (const name of exports) await client.delete(resources.serviceExports, name, namespace, { signal });
    for (const name of HEADLESS_PODS) await client.delete(resources.pods, name, namespace, { signal });
  }

  /** Tests whose clusters all take part; of the others it is noted why not. */
  #able(tests: readonly PlannedTest[]): readonly PlannedTest[] {
    return tests.filter((test) => {
      const { needs } = kindOf(test.name);
      const needed = this.#plan.tests.find(({ from, name, service }) => name === needs && from.cluster === test.from.cluster && service === test.service);
      if (needed !== undefined && this.#verdicts.get(needed)?.status === 'fail') {
        this.#skips.set(test, `"${needed.name}" failed`);
        return false;
      }
      const evidence = test.clusters.flatMap((cluster) => this.#troubles.get(cluster) ?? []);
      if (evidence.length > 0) this.#verdicts.set(test, { status: 'fail', milliseconds: 0, evidence });
      return evidence.length === 0;
    });
  }

  async #tryGroup(group: CallerGroup, stage: Stage | Disruption, progress: TaskProgress): Promise<void> {
    const { client, image, nameServer } = this.#site(group.from.cluster);
    const { settings } = this.#options;
    const looked = await runProbePod(client, {
      ...callerPod(this.#plan, group, stage),
      image,
      request: { calls: makeRequest(group, this.#places, settings, nameServer) },
      startMs: settings.operationMs,
      signal: progress.signal,
      progress: (text) => progress.update(`${text} in ${callerKey(group.from)}`),
    });
    const called: Looked<CallsResult> = 'reason' in looked ? looked : looked.found.calls === undefined ? { reason: 'the image of the cluster is too old: mcs upgrade' } : { found: looked.found.calls };
    for (const [test, verdict] of judgeGroup(group, this.#places, called)) this.#verdicts.set(test, verdict);
  }
}

/**
 * Runs the tests of a plan; those that fail are part of the report. What it made is removed, also after an
 * abort, unless it is to be kept and a test failed. Throws the signal's reason, and MCS_API_ERROR where
 * something could not be removed.
 */
export async function runVerify(plan: VerifyPlan, options: RunOptions): Promise<VerifyReport> {
  const run = new VerifyRun(plan, options);
  let kept = false;
  try {
    await run.run();
    kept = options.keep && run.hasFailed;
  } finally {
    if (!kept) await run.removeAll();
  }
  const clusters = plan.clusters.map(({ context, name }) => ({ name, context }));
  return makeReport({ clusters, namespace: plan.namespaces.pods, kept, tests: run.results(kept) });
}
