import { labelsToSelector } from '../../api/selectors.ts';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { ApiError } from '../../kube/api-error.ts';
import { PROBE_LABELS } from '../../probe/pods/run-probe-pod.ts';
import type { DiagnoseContext } from '../context.ts';

/** A pod that has ended and whose time is over: whoever ran it was killed, for nobody reads it any more. */
export function isAbandoned({ metadata, spec, status }: Pod, now: number): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return hasEnded && Date.parse(metadata.creationTimestamp ?? '') + (spec.activeDeadlineSeconds ?? 0) * 1000 < now;
}

/** Removes pods that earlier runs have left behind in any namespace, as far as that is allowed. */
export async function removeEndedPods({ clock, cluster }: Pick<DiagnoseContext, 'clock' | 'cluster'>, signal: AbortSignal): Promise<void> {
  const { client } = cluster;
  try {
    const { items } = await client.list(resources.pods, { labelSelector: labelsToSelector(PROBE_LABELS), signal });
    const now = client.serverTime?.() ?? clock.now();
    const abandoned = items.filter((pod) => isAbandoned(pod, now));
    await Promise.all(abandoned.map(({ metadata: { name, namespace, uid } }) => client.delete(resources.pods, name, namespace, { signal, propagation: 'Background', ...(uid !== undefined && { uid }) })));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // they cost nothing, and the next run tries again
  }
}
