import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { ERROR_CODES, type ErrorCode } from '../../base/error-codes.ts';
import { McsError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import { describePod, hasAddress, hasEnded } from '../pod-phase.ts';
import { benchmarkPod, type PodPlan } from './objects.ts';

/** A cluster in which pods of a benchmark run. */
export interface BenchmarkSite {
  readonly client: KubeClient;
  /** That of the installed parts. */
  readonly image: string;
}

/** Where the pods of a run are, and who hears of them. */
export interface PodRun {
  readonly site: BenchmarkSite;
  /** As people know the cluster. */
  readonly cluster: string;
  readonly namespace: string;
  /** What the pods are for, as in "Cannot <goal>". */
  readonly goal: string;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

function waitForPod({ cluster, goal, namespace, progress, signal, site }: PodRun, name: string, timeoutSeconds: number, isDone: (pod: Pod | undefined) => boolean): Promise<Pod | undefined> {
  return waitFor(site.client, resources.pods, name, namespace, isDone, {
    signal,
    timeoutMs: timeoutSeconds * 1000,
    goal,
    describe: (pod) => describePod(cluster, name, pod),
    progress: (text) => progress(`Waiting for ${text}`),
    hints: ['mcs diagnose all'],
  });
}

export type StartedPod = Pick<PodPlan, 'name' | 'node' | 'args' | 'deadlineSeconds'>;

async function createPod({ namespace, signal, site }: PodRun, pod: StartedPod): Promise<void> {
  await site.client.create(resources.pods, benchmarkPod({ ...pod, namespace, image: site.image }), { signal });
}

/** Starts a pod that serves, and gives its address. Throws MCS_TIMEOUT, and MCS_API_ERROR for one that ends. */
export async function startServer(run: PodRun, pod: StartedPod, startSeconds: number): Promise<string> {
  await createPod(run, pod);
  const up = await waitForPod(run, pod.name, startSeconds, (seen) => hasAddress(seen) || (seen !== undefined && hasEnded(seen)));
  if (!hasAddress(up)) throw new McsError('MCS_API_ERROR', `Cannot ${run.goal}: ${describePod(run.cluster, pod.name, up)}`);
  return up?.status?.podIP ?? '';
}

/** The measurement in what the client's pod said. Throws what it said of a failure, and MCS_API_ERROR where it said nothing that can be read. */
export function parseResult(text: string, pod: string): unknown {
  const parse = (line: string): { result?: unknown; error?: { code: string; message: string } } => {
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

/** Starts a pod that measures, and gives what it measured when it has ended. Throws what it said of a failure, and MCS_TIMEOUT. */
export async function runClient<T>(run: PodRun, pod: StartedPod, limitSeconds: number): Promise<T> {
  const { cluster, namespace, signal, site } = run;
  await createPod(run, pod);
  const ended = await waitForPod(run, pod.name, limitSeconds, hasEnded);
  const said = ended?.status?.containerStatuses?.[0]?.state?.terminated?.message;
  const text = said ?? (await site.client.getPath<string>(`/api/v1/namespaces/${namespace}/pods/${pod.name}/log`, { signal }));
  return parseResult(text, `pod ${pod.name} in ${cluster}`) as T;
}
