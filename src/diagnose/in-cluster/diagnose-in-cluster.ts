import { OWNER } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { podTroubles } from '../../api/pod-troubles.ts';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { ClusterState } from '../../inspect/cluster-state.ts';
import { readCluster } from '../../inspect/read-cluster.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import type { DiagnoseReport } from '../report.ts';
import { DIAGNOSE_LABELS, diagnosePodObjects, type DiagnosePodOptions, type DraftOf } from './objects.ts';

export interface InClusterOptions {
  /** Context of the person who asks. */
  readonly context: string;
  /** Sets this run apart from others: lower-case letters and digits. */
  readonly runID: string;
  /** Time for the checks themselves, ms. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly suppress?: readonly string[];
}

/** For pulling the image and starting the pod, ms. */
const START_MS = 60_000;
const CLEANUP_MS = 15_000;

/**
 * Runs all checks in a pod of the installed image, with an account that may only read, and removes
 * both. The report is that of `mcs diagnose all -o json` there. Throws MCS_NOT_JOINED where mcs is
 * not installed, MCS_TIMEOUT, and MCS_API_ERROR where the pod printed no report.
 */
export async function diagnoseInCluster(client: KubeClient, options: InClusterOptions): Promise<DiagnoseReport> {
  const { context, deadlineMs, runID, signal } = options;
  const { image, namespace } = findImage(await readCluster(client, signal), context);
  const objects = diagnosePodObjects({
    name: `mcs-diagnose-${runID}`,
    namespace,
    image,
    context,
    args: ['diagnose', 'all', '--output', 'json', '--timeout', `${Math.ceil(deadlineMs / 1000)}s`, ...selectionArgs(options)],
    deadlineSeconds: Math.ceil((deadlineMs + START_MS) / 1000),
  });
  try {
    for (const { resource, object } of objects) await client.create(resource, object, { signal });
    return await readReport(client, { name: `mcs-diagnose-${runID}`, namespace }, options);
  } finally {
    await removeObjects(client, objects);
  }
}

function selectionArgs(options: InClusterOptions): string[] {
  return (['only', 'skip', 'suppress'] as const).flatMap((flag) => (options[flag] ?? []).flatMap((value) => [`--${flag}`, value]));
}

function findImage({ workloads }: ClusterState, context: string): Pick<DiagnosePodOptions, 'image' | 'namespace'> {
  const workload = workloads.find(({ namespace }) => namespace === MEMBER_NAMESPACE) ?? workloads.find(({ component }) => component === 'desk');
  if (workload !== undefined) return workload;
  throw new McsError('MCS_NOT_JOINED', `Cannot diagnose from inside the cluster of context "${context}": mcs is not installed there`, { hints: ['mcs diagnose all'] });
}

const hasEnded = (pod: Pod | undefined): boolean => pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed';

async function readReport(client: KubeClient, pod: { readonly name: string; readonly namespace: string }, { deadlineMs, progress, signal }: InClusterOptions): Promise<DiagnoseReport> {
  const { name, namespace } = pod;
  await waitFor(client, resources.pods, name, namespace, hasEnded, {
    signal,
    timeoutMs: deadlineMs + START_MS,
    goal: 'diagnose from inside the cluster',
    describe: (object) => (object === undefined ? `Pod ${namespace}/${name} is gone` : [`Pod ${namespace}/${name}: ${object.status?.phase ?? 'not scheduled'}`, ...podTroubles(object).broken].join(', ')),
    progress,
  });
  const text = await client.getPath<string>(`/api/v1/namespaces/${namespace}/pods/${name}/log?container=diagnose`, { signal });
  return parseReport(text, `${namespace}/${name}`);
}

/** The report in a pod's log. Throws MCS_API_ERROR with the end of the log where there is none. */
export function parseReport(text: string, pod: string): DiagnoseReport {
  let parsed: Partial<DiagnoseReport> & { readonly error?: { readonly message?: string } };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    parsed = {};
  }
  if (parsed.clusters !== undefined && parsed.summary !== undefined) return parsed as DiagnoseReport;
  const state = parsed.error?.message ?? (text.trim().split('\n').at(-1) || 'it printed nothing');
  throw new McsError('MCS_API_ERROR', `Cannot diagnose from inside the cluster: Pod ${pod} gave no report: ${state}`, { hints: ['mcs diagnose all'] });
}

/** Also after Ctrl-C, so with a time limit of its own. The roles go before the account, the pod first. */
async function removeObjects(client: KubeClient, objects: readonly DraftOf[]): Promise<void> {
  const signal = AbortSignal.timeout(CLEANUP_MS);
  for (const { resource, object } of objects.toReversed()) {
    const { name, namespace } = object.metadata;
    try {
      await client.delete(resource, name, namespace, { signal, propagation: 'Background' });
    } catch (error) {
      if (!isNotFound(error)) throw leftOver(error);
    }
  }
}

function leftOver(cause: unknown): McsError {
  return new McsError('MCS_API_ERROR', 'Cannot remove what the diagnosis made: its pod or its roles are left', {
    hints: [`kubectl delete pods,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings -A -l ${OWNER}=${DIAGNOSE_LABELS[OWNER]}`],
    cause,
  });
}
