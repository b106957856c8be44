import { type Resource, resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { settleAll } from '../base/concurrently.ts';
import { type AppliedPlan, applyPlan } from '../sync/apply-plan.ts';
import type { ObjectCache } from '../sync/object-cache.ts';
import { countWrites, type Plan } from '../sync/plan.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import type { Target } from './target.ts';
import type { MirrorPlan } from './translate/plan-mirror.ts';

export interface AppliedMirror {
  /** Objects written or deleted. */
  readonly writes: number;
  /** What stands in the way and is not ours. */
  readonly foreign: readonly KubeObject[];
}

/**
 * Writes what a mirror needs. A Service comes before its endpoints and goes after them, so that
 * there is never a name that leads nowhere, nor endpoints behind a Service of somebody else.
 */
export async function applyMirror(target: Target, plan: MirrorPlan, isWanted: boolean, signal: AbortSignal): Promise<AppliedMirror> {
  const writer = new MirrorWriter(target, signal);
  const writeService = (): Promise<void> => writer.apply(resources.services, target.services, plan.service);
  if (isWanted) await writeService();
  // a Service of somebody else may have turned up only now
  if (!isWanted || writer.foreign.length === 0 || countWrites(plan.service) === 0) {
    await settleAll([writer.apply(resources.endpointSlices, target.slices, plan.slices), writer.apply(resources.endpoints, target.endpoints, plan.endpoints)]);
  }
  if (!isWanted) await writeService();
  return writer;
}

class MirrorWriter implements AppliedMirror {
  writes = 0;
  readonly foreign: KubeObject[] = [];
  readonly #target: Target;
  readonly #signal: AbortSignal;

  constructor(target: Target, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  async apply<T extends KubeObject>(resource: Resource<T>, cache: ObjectCache<T, string>, plan: Plan<T>): Promise<void> {
    const { client, owner } = this.#target;
    const applied: AppliedPlan<T> = await applyPlan(client, resource, plan, {
      owner,
      fieldManager: FIELD_MANAGER,
      signal: this.#signal,
      onWritten: (object) => {
        this.writes += 1;
        cache.wrote(object);
      },
      onDeleted: (object) => {
        this.writes += 1;
        cache.deleted(object);
      },
    });
    for (const conflict of applied.conflicts) if (conflict.kind === 'foreign') this.foreign.push(conflict.standing);
  }
}
