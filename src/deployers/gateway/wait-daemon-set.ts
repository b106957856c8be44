import { resources } from '../../api/resources.ts';
import type { Workload } from '../../api/types/index.ts';
import type { TaskProgress } from '../../base/tasks.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type Deadline, findPodTrouble, type Lack, waitUntil } from '../wait-rollout.ts';

/** What a DaemonSet still lacks. */
export function daemonSetLack({ metadata, status = {} }: Workload): Lack {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0, numberReady: ready = 0 } = status;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 1)) return `DaemonSet ${metadata.name} is not observed yet`;
  if (updated < wanted) return `DaemonSet ${metadata.name}: ${updated} of ${wanted} pods are updated`;
  if (ready < wanted) return `DaemonSet ${metadata.name}: ${ready} of ${wanted} pods are ready`;
  return undefined;
}

/** Waits until the pods of a DaemonSet are of the newest form and ready on all nodes. Throws MCS_TIMEOUT, with what a pod says of its trouble. */
export async function waitForDaemonSet(client: KubeClient, name: string, namespace: string, deadline: Deadline, progress: TaskProgress): Promise<void> {
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    const found = await client.find(resources.daemonSets, name, namespace, { signal });
    if (found === undefined) return `DaemonSet ${name} does not exist`;
    const lack = daemonSetLack(found);
    return lack === undefined ? undefined : ((await findPodTrouble(client, found, signal)) ?? lack);
  };
  await waitUntil(`start ${name}`, findLack, deadline, progress, [`kubectl -n ${namespace} get pods -o wide`, `kubectl -n ${namespace} logs daemonset/${name}`]);
}
