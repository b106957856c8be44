import { resources } from '../api/resources.ts';
import { errorMessage } from '../base/errors.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import { countWrites } from '../sync/plan.ts';
import type { Name } from './name-book.ts';
import { namesToLookUp, planSlices, type SliceTarget } from './plan/plan-slices.ts';
import { FIELD_MANAGER } from './settings.ts';
import type { Origin, WorkloadSession } from './workload-session.ts';

/** How the last look at one origin in one cluster ended. */
export type Outcome = { readonly state: 'current' } | { readonly state: 'foreign' | 'failed'; readonly detail: string };

export const CURRENT: Outcome = { state: 'current' };

export function failureOf(error: unknown): Outcome {
  return { state: 'failed', detail: errorMessage(error) };
}

export interface DeliverOptions extends SliceTarget {
  readonly session: WorkloadSession;
  readonly targetKeys: readonly string[];
  readonly origin: Origin;
  /** Undefined: no such cluster is in the fleet any more. */
  readonly name: Name | undefined;
  readonly onWrites: (count: number) => void;
  readonly signal: AbortSignal;
}

/** Brings the slices of one origin in one cluster in line, and writes nothing where they are. Throws what the API server refuses. */
export async function deliverSlices({ session, targetKeys, origin, name, owner, namespace, onWrites, signal }: DeliverOptions): Promise<Outcome> {
  const { slices, client } = session;
  const standing = session.standing(origin, name === undefined ? [] : namesToLookUp(name.plan));
  const plan = planSlices({ owner, namespace, origin, targetKeys, standing, ...(name && { name: name.plan, content: name.content }) });
  if (countWrites(plan) > 0) onWrites(countWrites(plan));
  const { conflicts } = await applyPlan(client, resources.endpointSlices, plan, {
    owner,
    fieldManager: FIELD_MANAGER,
    signal,
    onWritten: (slice) => slices.wrote(slice),
    onDeleted: (slice) => slices.deleted(slice),
  });
  const foreign = conflicts.flatMap((conflict) => (conflict.kind === 'foreign' ? conflict.standing.metadata.name : []));
  return foreign.length === 0 ? CURRENT : { state: 'foreign', detail: foreign.toSorted().join(', ') };
}
