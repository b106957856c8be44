import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import type { Task, TaskRunner } from '../../base/tasks.ts';
import { isNotFound } from '../../kube/api-error.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import type { Latency } from '../../probe/latency.ts';
import type { Throughput } from '../../probe/throughput.ts';
import { benchmarkPod, type BenchmarkSettings, clientArgs, deadlineOf, placeObjects, serverArgs, toManifests } from './objects.ts';
import { type BenchmarkNodes, type BenchmarkPlan, chooseNodes, type Leg, planBenchmark } from './plan-benchmark.ts';
import { type BenchmarkCluster, findClusterUID, findImage, withPlaces } from './place.ts';
import type { BenchmarkSite } from './pods.ts';
import { runLeg } from './run-leg.ts';

export interface LegResult extends Leg {
  readonly throughput?: Throughput;
  readonly latency?: Latency;
  readonly error?: { readonly code: McsError['code']; readonly message: string; readonly hints: readonly string[] };
}

export interface BenchmarkReport {
  readonly kind: BenchmarkSettings['kind'];
  readonly results: readonly LegResult[];
  readonly skipped: BenchmarkPlan['skipped'];
}

export interface PreparedBenchmark {
  readonly plan: BenchmarkPlan;
  readonly sites: ReadonlyMap<string, BenchmarkSite>;
}

async function inspectSite(cluster: BenchmarkCluster, signal: AbortSignal): Promise<{ uid: string; site: BenchmarkSite; nodes: BenchmarkNodes }> {
  const { client, context } = cluster;
  const image = await findImage(cluster, signal);
  const [uid, nodes, gateways] = await Promise.all([
    findClusterUID(cluster, signal),
    client.list(resources.nodes, { signal }),
    client.list(resources.gateways, { namespace: MEMBER_NAMESPACE, signal }).catch((error: unknown) => {
      if (isNotFound(error)) return { items: [] }; // joined without the data plane
      throw error;
    }),
  ]);
  return { uid, site: { client, image }, nodes: chooseNodes(context, nodes.items, gateways.items) };
}

/** Looks what can be measured. Throws MCS_NOT_JOINED, and MCS_USAGE for two contexts of one cluster. */
export async function prepareBenchmark(kind: BenchmarkSettings['kind'], clusters: readonly [BenchmarkCluster, BenchmarkCluster?], signal: AbortSignal): Promise<PreparedBenchmark> {
  const [first, second] = clusters;
  const [a, b] = await Promise.all([inspectSite(first, signal), second && inspectSite(second, signal)]);
  if (a.uid === b?.uid) throw new McsError('MCS_USAGE', `Cannot measure between "${first.context}" and "${second?.context ?? ''}": they are one cluster`, { hints: [`--context ${first.context} --intra-cluster`] });
  const sites = new Map([[first.context, a.site], ...(second && b ? [[second.context, b.site] as const] : [])]);
  return { plan: planBenchmark(kind, b ? [a.nodes, b.nodes] : [a.nodes]), sites };
}

/** All that would be created, as YAML; clients are told the address of their server once that runs. */
export function describeManifests({ plan, sites }: PreparedBenchmark, settings: BenchmarkSettings, namespace: string): string {
  const { account, namespace: space } = placeObjects(namespace);
  const pods = plan.legs.flatMap(({ from, to }, index) => {
    const [serving, asking] = settings.kind === 'throughput' ? [from, to] : [to, from];
    const pod = (name: string, { cluster, node }: Leg['from'], args: readonly string[]): { resource: typeof resources.pods; object: ReturnType<typeof benchmarkPod> } => ({
      resource: resources.pods,
      object: benchmarkPod({ name, namespace, node, image: sites.get(cluster)?.image ?? '', args, deadlineSeconds: deadlineOf(settings) }),
    });
    return [pod(`server-${index}`, serving, serverArgs(settings)), pod(`client-${index}`, asking, clientArgs(settings, `<address of server-${index}>`))];
  });
  return toManifests([{ resource: resources.namespaces, object: space }, { resource: resources.serviceAccounts, object: account }, ...pods]);
}

export interface RunOptions {
  readonly settings: BenchmarkSettings;
  /** Of this run alone. */
  readonly namespace: string;
  readonly runTasks: TaskRunner;
  readonly signal: AbortSignal;
}

/** Measures one leg after the other; one that fails is part of the report. What it made is removed, also after an abort. */
export async function runBenchmark(prepared: PreparedBenchmark, options: RunOptions): Promise<BenchmarkReport> {
  const { plan, sites } = prepared;
  const { namespace, runTasks, settings, signal } = options;
  const results: LegResult[] = [];
  const clients = plan.legs.length === 0 ? [] : [...sites.values()].map(({ client }) => client);
  await withPlaces(clients, namespace, signal, () => runTasks(plan.legs.map((leg, index) => legTask(prepared, options, { leg, index, results })), signal));
  return { kind: settings.kind, results, skipped: plan.skipped };
}

function legTask({ sites }: PreparedBenchmark, { namespace, settings }: RunOptions, { index, leg, results }: { leg: Leg; index: number; results: LegResult[] }): Task {
  const siteOf = (cluster: string): BenchmarkSite => {
    const site = sites.get(cluster);
    if (site === undefined) throw new McsError('MCS_BUG', `Cannot find cluster "${cluster}" of the plan`);
    return site;
  };
  const title = `${leg.pair}: ${leg.from.node} in ${leg.from.cluster} to ${leg.to.node} in ${leg.to.cluster}`;
  return {
    title,
    run: async (progress) => {
      const { signal } = progress;
      try {
        const measured = await runLeg({ leg, index, namespace, settings, siteOf, signal, progress: (text) => progress.update(text) });
        results.push({ ...leg, ...('bytes' in measured ? { throughput: measured } : { latency: measured }) });
        return { state: 'done' };
      } catch (error) {
        signal.throwIfAborted();
        const { code, hints, message } = describeApiError(error, { verb: 'measure', object: title, server: siteOf(leg.from.cluster).client.server });
        results.push({ ...leg, error: { code, message, hints } });
        return { state: 'warning', detail: message };
      }
    },
  };
}
