import { describeObject, resourceOf } from '../api/kinds.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Repair } from './check.ts';
import type { DiagnoseReport } from './report.ts';

interface Target {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
}

const APPS = 'apps/v1';

function describeTarget({ kind, namespace, name }: Target): string {
  return describeObject({ kind, metadata: { namespace, name } });
}

/** As `kubectl rollout restart` does it: pods are replaced a few at a time. `now` in ms since the epoch. */
export function restart(target: Target, now: number): Repair {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date(now).toISOString() };
  return { description: `restart ${describeTarget(target)}`, apiVersion: APPS, ...target, mergePatch: { spec: { template: { metadata: { annotations } } } } };
}

export function scale(target: Target & { readonly kind: 'Deployment' }, replicas: number): Repair {
  return { description: `scale ${describeTarget(target)} to ${replicas}`, apiVersion: APPS, ...target, mergePatch: { spec: { replicas } } };
}

/** A repair, and what it is for. */
export interface ProposedRepair {
  readonly cluster: string;
  readonly context: string;
  /** The check that proposes it. */
  readonly id: string;
  readonly repair: Repair;
}

/** What `--fix` may do, each object's change once. */
export function findRepairs({ clusters }: Pick<DiagnoseReport, 'clusters'>): readonly ProposedRepair[] {
  const proposed = clusters.flatMap(({ name, context, checks }) =>
    checks.flatMap(({ id, status, repairs = [] }) => (status === 'fail' || status === 'warn' ? repairs.map((repair) => ({ cluster: name, context, id, repair })) : [])),
  );
  const known = new Map(proposed.map((one) => [`${one.cluster} ${one.repair.description}`, one]));
  return [...known.values()];
}

/** Changes the one object that the repair names. Throws NotFound where it is gone, and what the client throws. */
export async function applyRepair(client: KubeClient, repair: Repair, { fieldManager, signal }: { readonly fieldManager: string; readonly signal: AbortSignal }): Promise<void> {
  const { name, namespace, mergePatch } = repair;
  await client.patch(resourceOf(repair), name, namespace, 'application/merge-patch+json', mergePatch, { fieldManager, signal });
}
