import { createHash } from 'node:crypto';
import type { PodTemplate } from '../../api/types/index.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';

/** JSON with sorted keys, so that equal templates give equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

/** Short name of a pod template's content. */
export function templateHash(template: PodTemplate): string {
  return createHash('sha256').update(canonical(template)).digest('hex').slice(0, 10);
}

/** A ReplicaSet of a Deployment, reduced to what a rollout looks at. */
export interface RevisionState {
  readonly name: string;
  readonly current: boolean;
  readonly replicas: number;
  readonly available: number;
  /** Pods that exist, those on their way out included. */
  readonly pods: number;
}

export type Strategy = 'RollingUpdate' | 'Recreate';

/**
 * How many replicas each ReplicaSet is to have. RollingUpdate brings all new pods up beside the old
 * ones and takes the old ones away as soon as the new ones are available; Recreate waits for the old
 * ones to be gone.
 */
export function planRollout(revisions: readonly RevisionState[], replicas: number, strategy: Strategy): ReadonlyMap<string, number> {
  const current = revisions.find((revision) => revision.current);
  const old = revisions.filter((revision) => !revision.current);
  const oldPods = old.reduce((sum, { pods }) => sum + pods, 0);
  const wanted = new Map<string, number>();
  if (strategy === 'Recreate') {
    for (const { name } of old) wanted.set(name, 0);
    if (current !== undefined) wanted.set(current.name, oldPods > 0 ? Math.min(current.replicas, replicas) : replicas);
    return wanted;
  }
  if (current !== undefined) wanted.set(current.name, replicas);
  const available = current !== undefined && current.available >= replicas;
  for (const { name, replicas: now } of old) wanted.set(name, available ? 0 : Math.min(now, replicas));
  return wanted;
}

/** Which pods to delete where there are too many: those not ready first, then the youngest. */
export function choosePodsToDelete<P extends { readonly ready: boolean; readonly createdAt: string; readonly name: string }>(pods: readonly P[], count: number): readonly P[] {
  const order = (a: P, b: P): number => Number(a.ready) - Number(b.ready) || b.createdAt.localeCompare(a.createdAt) || a.name.localeCompare(b.name);
  return [...pods].sort(order).slice(0, Math.max(count, 0));
}
