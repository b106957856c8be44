import { podTroubles } from '../api/pod-troubles.ts';
import type { Pod } from '../api/types/index.ts';

/** Whether a pod runs and can be called. */
export function hasAddress(pod: Pod | undefined): boolean {
  return pod?.status?.phase === 'Running' && pod.status.podIP !== undefined;
}

/** Whether nothing more is to be awaited of a pod. */
export function hasEnded(pod: Pod | undefined): boolean {
  return pod === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** `pod web on node-1 in west: Pending`, with what keeps it from running. */
export function describePod(cluster: string, name: string, pod: Pod | undefined): string {
  if (pod === undefined) return `pod ${name} in ${cluster} is gone`;
  return [`pod ${name} on ${pod.spec.nodeName ?? 'no node'} in ${cluster}: ${pod.status?.phase ?? 'not started'}`, ...podTroubles(pod).broken].join(', ');
}
