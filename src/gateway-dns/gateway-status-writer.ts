import { resources } from '../api/resources.ts';
import type { GatewayDNS, GatewayDNSStatus } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventReporter } from '../kube/event-reporter.ts';
import type { ObjectCache } from '../sync/object-cache.ts';
import { createWorkQueue, type WorkQueue } from '../sync/work-queue.ts';
import { gatewayEvents } from './plan/gateway-events.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface GatewayStatusWriterOptions {
  readonly client: KubeClient;
  readonly cache: ObjectCache<GatewayDNS>;
  /** The status that it is to have; undefined where it has it. */
  readonly next: (object: GatewayDNS) => GatewayDNSStatus | undefined;
  readonly events: Pick<EventReporter, 'tell'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** From a change until it is written, ms: what comes meanwhile goes with it. */
const DELAY_MS = 300;

/** Keeps the statuses of GatewayDNS up to date: one write for many changes, and none where nothing has changed. */
export class GatewayStatusWriter {
  readonly #options: GatewayStatusWriterOptions;
  readonly #queue: WorkQueue;

  constructor(options: GatewayStatusWriterOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#queue = createWorkQueue({ name: 'GatewayDNS status', process: (key, signal) => this.#process(key, signal), workers: 4, clock, logger });
  }

  start(): void {
    this.#queue.start();
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  /** The status of a GatewayDNS may be another: looks at it soon. */
  refresh(keys: Iterable<string>): void {
    for (const key of keys) this.#queue.addAfter(key, DELAY_MS);
  }

  async #process(key: string, signal: AbortSignal): Promise<'done'> {
    const { client, cache, next, events } = this.#options;
    const object = cache.get(key);
    const status = object && next(object);
    if (object === undefined || status === undefined) return 'done';
    const { name, namespace, uid } = object.metadata;
    try {
      const body = { metadata: { uid }, status };
      cache.wrote(await client.patch(resources.gatewayDNS, name, namespace, 'application/merge-patch+json', body, { subresource: 'status', fieldManager: FIELD_MANAGER, signal }));
    } catch (error) {
      // deleted or made anew meanwhile, or its CRD is the original's, which has no status
      if (isNotFound(error) || isConflict(error)) return 'done';
      throw error;
    }
    for (const { type, reason, message } of gatewayEvents(object.status, status)) events.tell(type, object, reason, message);
    return 'done';
  }
}
