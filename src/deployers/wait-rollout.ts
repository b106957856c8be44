import { podTroubles } from '../api/pod-troubles.ts';
import { resources } from '../api/resources.ts';
import { labelsToSelector } from '../api/selectors.ts';
import type { Pod, Workload } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { backoffDelay } from '../base/retry.ts';
import type { TaskProgress } from '../base/tasks.ts';
import { isTransient } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

const POLL = { baseMs: 100, capMs: 500 };

export interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Why something is not there yet, or nothing if it is. */
export type Lack = string | undefined;

/**
 * Asks again until `findLack` finds nothing lacking. Trouble of the API server counts as a lack.
 * Throws MCS_TIMEOUT with the last one: "Cannot <goal>: <lack>".
 */
export async function waitUntil(goal: string, findLack: (signal: AbortSignal) => Promise<Lack>, deadline: Deadline, progress: TaskProgress, hints: readonly string[] = []): Promise<void> {
  const { clock, timeoutMs } = deadline;
  const started = clock.monotonic();
  for (let attempt = 0; ; attempt += 1) {
    const lack = await findLack(progress.signal).catch((error: unknown) => {
      if (progress.signal.aborted || !isTransient(error)) throw error;
      return errorMessage(error);
    });
    if (lack === undefined) return;
    if (clock.monotonic() - started >= timeoutMs) {
      throw new McsError('MCS_TIMEOUT', `Cannot ${goal} within ${Math.round(timeoutMs / 1000)} s: ${lack}`, { hints, details: { lack } });
    }
    progress.update(lack);
    await sleep(clock, backoffDelay(attempt, POLL), progress.signal);
  }
}

/** What a Deployment still lacks. */
export function rolloutLack({ metadata, spec, status = {} }: Workload): Lack {
  const wanted = spec.replicas ?? 1;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 1)) return `Deployment ${metadata.name} is not observed yet`;
  if ((status.updatedReplicas ?? 0) < wanted) return `Deployment ${metadata.name}: ${status.updatedReplicas ?? 0} of ${wanted} pods are updated`;
  if ((status.readyReplicas ?? 0) < wanted) return `Deployment ${metadata.name}: ${status.readyReplicas ?? 0} of ${wanted} pods are ready`;
  return undefined;
}

/** Why the youngest pod of a Deployment or DaemonSet does not run, as far as it says: that is what the reader can mend. */
export async function findPodTrouble(client: KubeClient, { metadata, spec }: Workload, signal: AbortSignal): Promise<Lack> {
  const labelSelector = labelsToSelector(spec.selector.matchLabels ?? {});
  const { items } = await client.list(resources.pods, { ...(metadata.namespace !== undefined && { namespace: metadata.namespace }), labelSelector, signal });
  const born = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
  const youngest = items.reduce<Pod | undefined>((best, pod) => (best === undefined || born(pod) > born(best) ? pod : best), undefined);
  return youngest && podTroubles(youngest).broken[0];
}

async function findRolloutLack(client: KubeClient, name: string, namespace: string, signal: AbortSignal): Promise<Lack> {
  const deployment = await client.find(resources.deployments, name, namespace, { signal });
  if (deployment === undefined) return `Deployment ${name} does not exist`;
  const lack = rolloutLack(deployment);
  return lack === undefined ? undefined : ((await findPodTrouble(client, deployment, signal)) ?? lack);
}

/** Waits until every pod of some Deployments is of the newest form and ready. Throws MCS_TIMEOUT, with what a pod says of its trouble. */
export async function waitForRollout(client: KubeClient, names: readonly string[], namespace: string, deadline: Deadline, progress: TaskProgress): Promise<void> {
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    const lacks = await Promise.all(names.map((name) => findRolloutLack(client, name, namespace, signal)));
    return lacks.find((lack) => lack !== undefined);
  };
  const hints = [`kubectl -n ${namespace} get pods`, ...names.map((name) => `kubectl -n ${namespace} logs deployment/${name}`)];
  await waitUntil(`start ${names.join(' and ')}`, findLack, deadline, progress, hints);
}

interface CrdStatus {
  conditions?: { type: string; status: string }[];
}

/** Waits until the API server serves CRDs. Throws MCS_TIMEOUT. */
export async function waitForCrds(client: KubeClient, names: readonly string[], deadline: Deadline, progress: TaskProgress): Promise<void> {
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    const crds = await Promise.all(names.map((name) => client.get(resources.customResourceDefinitions, name, undefined, { signal })));
    const isEstablished = ({ status }: (typeof crds)[number]): boolean =>
      ((status as CrdStatus | undefined)?.conditions ?? []).some(({ type, status: state }) => type === 'Established' && state === 'True');
    const missing = crds.find((crd) => !isEstablished(crd));
    return missing && `CustomResourceDefinition ${missing.metadata.name} is not established yet`;
  };
  await waitUntil('install CustomResourceDefinitions', findLack, deadline, progress);
}
