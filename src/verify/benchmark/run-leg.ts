import type { Latency } from '../../probe/latency.ts';
import type { Throughput } from '../../probe/throughput.ts';
import { type BenchmarkSettings, clientArgs, deadlineOf, serverArgs } from './objects.ts';
import type { Leg, Place } from './plan-benchmark.ts';
import { type BenchmarkSite, type PodRun, runClient, startServer } from './pods.ts';

export interface LegRun {
  readonly leg: Leg;
  readonly index: number;
  readonly namespace: string;
  readonly settings: BenchmarkSettings;
  readonly siteOf: (cluster: string) => BenchmarkSite;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Measures once. What is sent goes from `from` to `to`. Throws MCS_BENCHMARK_UNREACHABLE and MCS_TIMEOUT. */
export async function runLeg({ index, leg, namespace, progress, settings, signal, siteOf }: LegRun): Promise<Throughput | Latency> {
  const podRun = ({ cluster }: Place): PodRun => ({ site: siteOf(cluster), cluster, namespace, goal: `measure the ${settings.kind}`, signal, progress });
  // the one that measures is the one that receives; a round trip begins at `from`
  const [serving, asking] = settings.kind === 'throughput' ? [leg.from, leg.to] : [leg.to, leg.from];
  const deadlineSeconds = deadlineOf(settings);
  const host = await startServer(podRun(serving), { name: `server-${index}`, node: serving.node, args: serverArgs(settings), deadlineSeconds }, settings.startSeconds);
  return runClient(podRun(asking), { name: `client-${index}`, node: asking.node, args: clientArgs(settings, host), deadlineSeconds }, settings.seconds + settings.startSeconds);
}
