import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { CalicoPool } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import { wantedPools } from '../sync/cable/calico-pools.ts';
import type { RemoteEndpoint } from '../sync/cable/read-endpoints.ts';
import { plan } from '../sync/plan.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface CalicoPoolsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a cluster without Calico is not asked again. */
const ASK_AGAIN_MS = 600_000;

/** Keeps a disabled IPPool for each range of another cluster, where the cluster's network is Calico's. */
export class CalicoPools {
  readonly #options: CalicoPoolsOptions;
  #absentSince: number | undefined;

  constructor(options: CalicoPoolsOptions) {
    this.#options = options;
  }

  async reconcile(endpoints: readonly RemoteEndpoint[], signal: AbortSignal): Promise<void> {
    const standing = await this.#standing(signal);
    if (standing === undefined) return;
    const { client, logger } = this.#options;
    const desired = wantedPools(endpoints);
    const applied = await applyPlan(client, resources.calicoPools, plan({ owner: SERVICE_OWNER, desired, standing }), { owner: SERVICE_OWNER, fieldManager: FIELD_MANAGER, signal });
    for (const { desired: pool } of applied.conflicts) logger.warn('Left an IPPool alone that has the name of one that belongs there', { pool: pool.object.metadata.name });
  }

  /** Undefined where there is no Calico, or where join has found none and given no right to it. */
  async #standing(signal: AbortSignal): Promise<readonly CalicoPool[] | undefined> {
    const { client, clock } = this.#options;
    if (this.#absentSince !== undefined && clock.monotonic() - this.#absentSince < ASK_AGAIN_MS) return undefined;
    try {
      const { items } = await client.list(resources.calicoPools, { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS}`, signal });
      this.#absentSince = undefined;
      return items;
    } catch (error) {
      if (!isNotFound(error) && !isForbidden(error)) throw error;
      this.#absentSince = clock.monotonic();
      return undefined;
    }
  }
}
