import { type Clock, sleep } from '../../base/clock.ts';
import { applyDnsChange, type DnsChange } from '../../cluster-dns/dns-change.ts';
import { type ObjectName, readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { listDnsPods, refreshPods } from '../../cluster-dns/dns-pods.ts';
import { planNoFallthrough } from '../../cluster-dns/plan-fallthrough.ts';
import { planUnwiring } from '../../cluster-dns/plan-wiring.ts';
import type { WiringSubject } from '../../cluster-dns/wiring-subject.ts';
import { isConflict } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';

export interface BlockRemoval {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Nothing is really written, so no pod has anything to load. */
  readonly isDryRun?: boolean;
  /** What was wired. */
  readonly subject: WiringSubject;
  /** Whether the lines go too by which names of cluster.local fall through. */
  readonly hasFallthrough?: boolean;
}

export interface TakenOut {
  readonly changes: readonly DnsChange[];
  readonly notes: readonly string[];
  /** Where marks of ours are not as they were written: that is left. */
  readonly obstacle?: { readonly where: string };
}

const TRIES = 5;

interface Step extends TakenOut {
  /** Changes that are to be made before this one can be planned, because both are of one text. */
  readonly isLast: boolean;
}

async function planStep({ client, subject, hasFallthrough = false }: BlockRemoval, custom: ObjectName | undefined, signal: AbortSignal): Promise<Step> {
  const objects = await readDnsObjects(client, custom, signal);
  const { changes, notes, obstacle } = planUnwiring(objects, subject);
  const fallthrough = hasFallthrough ? planNoFallthrough(objects) : { changes: [] };
  const damaged = obstacle?.where ?? (fallthrough.refusal === undefined ? undefined : fallthrough.place);
  const isBlock = changes.length > 0;
  return { changes: isBlock ? changes : fallthrough.changes, notes, isLast: !isBlock || fallthrough.changes.length === 0, ...(damaged !== undefined && { obstacle: { where: damaged } }) };
}

/** Reads, plans and writes, again where somebody else wrote in between. */
async function removeStep(removal: BlockRemoval, custom: ObjectName | undefined, signal: AbortSignal): Promise<Step> {
  for (let attempt = 1; ; attempt += 1) {
    const step = await planStep(removal, custom, signal);
    try {
      for (const change of step.changes) await applyDnsChange(removal.client, change, { fieldManager: FIELD_MANAGER, signal });
      return step;
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) throw error;
      await sleep(removal.clock, 200 * attempt, signal);
    }
  }
}

async function removeAll(removal: BlockRemoval, custom: ObjectName | undefined, signal: AbortSignal): Promise<TakenOut> {
  const first = await removeStep(removal, custom, signal);
  if (first.isLast || removal.isDryRun === true) return first;
  const second = await removeStep(removal, custom, signal);
  return { ...first, changes: [...first.changes, ...second.changes] };
}

/**
 * Takes exactly what is our own out of the configuration of the cluster's DNS, and has its pods load
 * that. `custom` is the ConfigMap that was named for it.
 */
export async function takeOutBlock(removal: BlockRemoval, custom: ObjectName | undefined, signal: AbortSignal): Promise<TakenOut> {
  const { client, isDryRun = false } = removal;
  const taken = await removeAll(removal, custom, signal);
  if (isDryRun || taken.changes.length === 0) return taken;
  const { servers, caches } = await listDnsPods(client, signal);
  await refreshPods(client, [...servers, ...caches], undefined, { fieldManager: FIELD_MANAGER, signal });
  return taken;
}
