import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { ERROR_CODES, type ErrorCode } from '../../base/error-codes.ts';
import { McsError } from '../../base/errors.ts';
import { podTroubles } from '../../api/pod-troubles.ts';
import type { KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import type { Latency } from '../../probe/latency.ts';
import type { Throughput } from '../../probe/throughput.ts';
import { benchmarkPod, type BenchmarkSettings, clientArgs, deadlineOf, serverArgs } from './objects.ts';
import type { Leg } from './plan-benchmark.ts';

/** A cluster in which pods of a benchmark run. */
export interface BenchmarkSite {
  readonly client: KubeClient;
  /** That of the installed parts. */
  readonly image: string;
}

export interface LegRun {
  readonly leg: Leg;
  readonly index: number;
  readonly namespace: string;
  readonly settings: BenchmarkSettings;
  readonly siteOf: (cluster: string) => BenchmarkSite;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const hasEnded = (pod: Pod | undefined): boolean => pod === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
const hasAddress = (pod: Pod | undefined): boolean => pod?.status?.phase === 'Running' && pod.status.podIP !== undefined;

function describe(cluster: string, name: string, pod: Pod | undefined): string {
  if (pod === undefined) return `pod ${name} in ${cluster} is gone`;
  return [`pod ${name} on ${pod.spec.nodeName ?? 'no node'} in ${cluster}: ${pod.status?.phase ?? 'not started'}`, ...podTroubles(pod).broken].join(', ');
}

interface Awaited {
  readonly name: string;
  readonly cluster: string;
  readonly timeoutSeconds: number;
  readonly isDone: (pod: Pod | undefined) => boolean;
}

function waitForPod({ namespace, progress, settings, signal, siteOf }: LegRun, { cluster, isDone, name, timeoutSeconds }: Awaited): Promise<Pod | undefined> {
  return waitFor(siteOf(cluster).client, resources.pods, name, namespace, isDone, {
    signal,
    timeoutMs: timeoutSeconds * 1000,
    goal: `measure the ${settings.kind}`,
    describe: (pod) => describe(cluster, name, pod),
    progress: (text) => progress(`Waiting for ${text}`),
    hints: ['mcs diagnose all'],
  });
}

async function startPod({ namespace, settings, signal, siteOf }: LegRun, name: string, { cluster, node }: Leg['from'], args: readonly string[]): Promise<void> {
  const { client, image } = siteOf(cluster);
  await client.create(resources.pods, benchmarkPod({ name, namespace, node, image, args, deadlineSeconds: deadlineOf(settings) }), { signal });
}

/** The measurement in what the client's pod said. Throws what it said of a failure, and MCS_API_ERROR where it said nothing that can be read. */
export function parseResult(text: string, pod: string): Throughput | Latency {
  const parse = (line: string): { result?: Throughput | Latency; error?: { code: string; message: string } } => {
    try {
      return JSON.parse(line) as ReturnType<typeof parse>;
    } catch {
      return {}; // another program's words: said in the error below
    }
  };
  const last = text.trim().split('\n').at(-1) ?? '';
  const { error, result } = parse(last);
  if (result !== undefined) return result;
  const code = error !== undefined && Object.hasOwn(ERROR_CODES, error.code) ? (error.code as ErrorCode) : 'MCS_API_ERROR';
  const message = error?.message ?? `Cannot read the result of ${pod}: ${last === '' ? 'it said nothing' : last.slice(0, 300)}`;
  throw new McsError(code, message, { hints: ['mcs show connections', 'mcs diagnose all'] });
}

async function readResult({ namespace, signal, siteOf }: LegRun, name: string, cluster: string, pod: Pod | undefined): Promise<Throughput | Latency> {
  const said = pod?.status?.containerStatuses?.[0]?.state?.terminated?.message;
  const text = said ?? (await siteOf(cluster).client.getPath<string>(`/api/v1/namespaces/${namespace}/pods/${name}/log`, { signal }));
  return parseResult(text, `pod ${name} in ${cluster}`);
}

/** Measures once. What is sent goes from `from` to `to`. Throws MCS_BENCHMARK_UNREACHABLE and MCS_TIMEOUT. */
export async function runLeg(run: LegRun): Promise<Throughput | Latency> {
  const { index, leg, settings } = run;
  // the one that measures is the one that receives; a round trip begins at `from`
  const [serving, asking] = settings.kind === 'throughput' ? [leg.from, leg.to] : [leg.to, leg.from];
  const [server, client] = [`server-${index}`, `client-${index}`];
  await startPod(run, server, serving, serverArgs(settings));
  const up = await waitForPod(run, { name: server, cluster: serving.cluster, timeoutSeconds: settings.startSeconds, isDone: (pod) => hasAddress(pod) || (pod !== undefined && hasEnded(pod)) });
  if (!hasAddress(up)) throw new McsError('MCS_API_ERROR', `Cannot measure the ${settings.kind}: ${describe(serving.cluster, server, up)}`);
  await startPod(run, client, asking, clientArgs(settings, up?.status?.podIP ?? ''));
  const ended = await waitForPod(run, { name: client, cluster: asking.cluster, timeoutSeconds: settings.seconds + settings.startSeconds, isDone: hasEnded });
  return readResult(run, client, asking.cluster, ended);
}
