import { resources } from '../api/resources.ts';
import type { Workload } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { backoffDelay } from '../base/retry.ts';
import type { TaskProgress } from '../base/tasks.ts';
import { isTransient } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { waitFor } from '../kube/wait.ts';

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

/** Waits until every pod of a Deployment is of the newest form and ready. Throws MCS_TIMEOUT. */
export async function waitForRollout(client: KubeClient, name: string, namespace: string, deadline: Deadline, progress: TaskProgress): Promise<void> {
  const describe = (deployment: Workload | undefined): string =>
    (deployment === undefined ? `Deployment ${name} does not exist` : rolloutLack(deployment)) ?? `Deployment ${name} is ready`;
  await waitFor(client, resources.deployments, name, namespace, (deployment) => deployment !== undefined && rolloutLack(deployment) === undefined, {
    ...deadline,
    signal: progress.signal,
    progress: (text) => progress.update(text),
    describe,
    goal: `start ${name}`,
    hints: [`kubectl -n ${namespace} get pods`, `kubectl -n ${namespace} describe deployment ${name}`],
  });
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
