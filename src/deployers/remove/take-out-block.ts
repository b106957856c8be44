import { CLUSTERSET_DOMAIN } from '../../api/names.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { applyDnsChange } from '../../cluster-dns/dns-change.ts';
import { type ObjectName, readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { listDnsPods, refreshPods } from '../../cluster-dns/dns-pods.ts';
import { planUnwiring, type WiringPlan } from '../../cluster-dns/plan-wiring.ts';
import { isConflict } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';

export interface BlockRemoval {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Nothing is really written, so no pod has anything to load. */
  readonly isDryRun?: boolean;
}

const TRIES = 5;

/** Reads, plans and writes, again where somebody else wrote in between. */
async function unwire({ client, clock }: BlockRemoval, custom: ObjectName | undefined, signal: AbortSignal): Promise<WiringPlan> {
  for (let attempt = 1; ; attempt += 1) {
    const plan = planUnwiring(await readDnsObjects(client, custom, signal), CLUSTERSET_DOMAIN);
    try {
      for (const change of plan.changes) await applyDnsChange(client, change, { fieldManager: FIELD_MANAGER, signal });
      return plan;
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) throw error;
      await sleep(clock, 200 * attempt, signal);
    }
  }
}

/**
 * Takes exactly our own block out of the configuration of the cluster's DNS, and has its pods load
 * that. A block whose marks are damaged is left, and is the obstacle of what it gives.
 */
export async function takeOutBlock(removal: BlockRemoval, custom: ObjectName | undefined, signal: AbortSignal): Promise<WiringPlan> {
  const { client, isDryRun = false } = removal;
  const plan = await unwire(removal, custom, signal);
  if (isDryRun || plan.changes.length === 0) return plan;
  const { servers, caches } = await listDnsPods(client, signal);
  await refreshPods(client, [...servers, ...caches], undefined, { fieldManager: FIELD_MANAGER, signal });
  return plan;
}
