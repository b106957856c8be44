import { resources } from '../api/resources.ts';
import type { CableEndpoint } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import { plan } from '../sync/plan.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface AbandonedEndsOptions {
  readonly brokerClient: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A gateway that comes after another one writes its end at home first, and at once. */
const ABANDONED_MS = 30_000;

/**
 * Takes the own cluster's ends from the broker once it has had no gateway for 30 s. The gateway that
 * goes does so itself, but it may be cut off from the broker just then; the others would keep a tunnel
 * to nobody.
 */
export class AbandonedEnds {
  readonly #options: AbandonedEndsOptions;
  #since: number | undefined;

  constructor(options: AbandonedEndsOptions) {
    this.#options = options;
  }

  /** `announced` are the cluster's ends on the broker. Gives after how long to look again, ms; undefined for when something changes. */
  async reconcile(announced: readonly CableEndpoint[], hasGateway: boolean, signal: AbortSignal): Promise<number | undefined> {
    const { brokerClient, clock, logger } = this.#options;
    if (hasGateway || announced.length === 0) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= clock.monotonic();
    const left = this.#since + ABANDONED_MS - clock.monotonic();
    if (left > 0) return left;
    await applyPlan(brokerClient, resources.cableEndpoints, plan({ owner: SERVICE_OWNER, desired: [], standing: announced }), { owner: SERVICE_OWNER, fieldManager: FIELD_MANAGER, signal });
    logger.info('This cluster has no gateway any more: its end of the tunnels was taken from the broker', { endpoints: announced.map(({ metadata }) => metadata.name) });
    return undefined;
  }
}
