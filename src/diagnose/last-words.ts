import { APP_COMPONENT } from '../api/labels.ts';
import { podTroubles } from '../api/pod-troubles.ts';
import type { Pod } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { lastComplaint } from '../base/last-complaint.ts';
import type { WorkloadState } from '../inspect/cluster-state.ts';
import { ApiError } from '../kube/api-error.ts';
import type { CheckOutcome } from './check.ts';
import { readOwnPods } from './cluster-readings.ts';
import type { DiagnoseContext } from './context.ts';

/** Lines of a log in which a complaint is looked for. */
const TAIL = 50;
/** Pods of one workload that are heard: they mostly say the same. */
const HEARD = 3;
const MAX_LENGTH = 400;

function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(({ type, status: state }) => type === 'Ready' && state === 'True');
}

async function hear(pod: Pod, { cluster }: DiagnoseContext, signal: AbortSignal): Promise<readonly string[]> {
  const { broken } = podTroubles(pod);
  if (broken.length > 0) return broken;
  const { name, namespace = '' } = pod.metadata;
  const container = pod.spec.containers[0]?.name ?? '';
  try {
    const log = await cluster.client.getPath<unknown>(`/api/v1/namespaces/${namespace}/pods/${name}/log?container=${container}&tailLines=${TAIL}`, { signal });
    const complaint = typeof log === 'string' ? lastComplaint(log)?.slice(0, MAX_LENGTH) : undefined;
    return complaint === undefined ? [] : [`${name}: ${complaint}`];
  } catch (error) {
    // what a pod says helps, but the finding stands without it
    if (error instanceof McsError || error instanceof ApiError) return [];
    throw error;
  }
}

/** Adds to the outcome about a workload what those of its pods say that are not ready. */
export async function withLastWords(outcome: CheckOutcome, workload: WorkloadState | undefined, context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  if (outcome.status === 'pass' || workload === undefined) return outcome;
  const pods = (await readOwnPods(context, workload.namespace, signal)).filter((pod) => pod.metadata.labels?.[APP_COMPONENT] === workload.component && pod.metadata.deletionTimestamp === undefined && !isReady(pod));
  const heard = await Promise.all(pods.slice(0, HEARD).map((pod) => hear(pod, context, signal)));
  return { ...outcome, evidence: [...outcome.evidence, ...heard.flat()] };
}
