import { objectKey, resources } from '../api/resources.ts';
import type { GatewayDNS, GatewayDNSStatus } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { ApiError, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventReporter } from '../kube/event-reporter.ts';
import type { ObjectCache } from '../sync/object-cache.ts';
import { createWorkQueue, type WorkQueue } from '../sync/work-queue.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { Name, NameBook } from './name-book.ts';
import { gatewayEvents } from './plan/gateway-events.ts';
import { nextStatus, type SelectedCluster } from './plan/gateway-status.ts';
import type { ReadGateway } from './plan/rule.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface GatewayStatusWriterOptions {
  readonly client: KubeClient;
  readonly cache: ObjectCache<GatewayDNS>;
  /** Every GatewayDNS that counts, by key, with what it says. */
  readonly readings: () => ReadonlyMap<string, ReadGateway>;
  readonly book: NameBook;
  readonly ledger: DeliveryLedger;
  readonly events: Pick<EventReporter, 'tell'>;
  /** The answer to a write has what somebody else changed just before: the event of that change is no news any more. */
  readonly onSpec: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** From a change until it is written, ms: what comes meanwhile goes with it. */
const DELAY_MS = 300;

/** Keeps the statuses of GatewayDNS up to date: one write for many changes, and none where nothing has changed. */
export class GatewayStatusWriter {
  readonly #options: GatewayStatusWriterOptions;
  readonly #queue: WorkQueue;
  /** Versions of the objects whose status the server does not take as long as they are what they are. */
  readonly #refused = new Map<string, string | undefined>();

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

  /** Every status may be another: looks at them soon. */
  refreshAll(): void {
    this.#refresh(this.#options.readings().keys());
  }

  /** Likewise of those that have to do with one name. */
  refreshFor({ plan: { holders, conflicted, heldBy } }: Name): void {
    this.#refresh([...holders, ...conflicted].map(({ key }) => key));
    if (heldBy !== undefined) this.#refresh([heldBy]);
  }

  #refresh(keys: Iterable<string>): void {
    for (const key of keys) this.#queue.addAfter(key, DELAY_MS);
  }

  async #process(key: string, signal: AbortSignal): Promise<'done'> {
    const object = this.#options.cache.get(key);
    const status = object && this.#next(object);
    if (object === undefined) this.#refused.delete(key);
    if (object === undefined || status === undefined) return 'done';
    await this.#write(key, object, status, signal);
    for (const { type, reason, message } of gatewayEvents(object.status, status)) this.#options.events.tell(type, object, reason, message);
    return 'done';
  }

  /** Events are told of what the server does not take, too: it may be all that says what is wrong. */
  async #write(key: string, object: GatewayDNS, status: GatewayDNSStatus, signal: AbortSignal): Promise<void> {
    const { client, cache, onSpec, logger } = this.#options;
    const { name, namespace, uid, resourceVersion, generation } = object.metadata;
    if (this.#refused.has(key) && this.#refused.get(key) === resourceVersion) return;
    this.#refused.delete(key);
    try {
      const body = { metadata: { uid }, status };
      const written = await client.patch(resources.gatewayDNS, name, namespace, 'application/merge-patch+json', body, { subresource: 'status', fieldManager: FIELD_MANAGER, signal });
      cache.wrote(written);
      if (written.metadata.generation !== generation) onSpec();
    } catch (error) {
      // deleted or made anew meanwhile, or its CRD is the original's, which has no status
      if (isNotFound(error) || isConflict(error)) return;
      // without ratcheting a server takes no status of an object that it stored before its schema was stricter
      if (!(error instanceof ApiError) || error.code !== 422) throw error;
      this.#refused.set(key, resourceVersion);
      logger.warn('The status of a GatewayDNS is not taken', { gatewayDNS: key, error });
    }
  }

  /** The status that it is to have; undefined where it has it, or nothing was made of it yet. */
  #next(object: GatewayDNS): GatewayDNSStatus | undefined {
    const { readings, clock } = this.#options;
    const key = objectKey(object.metadata);
    const reading = readings().get(key)?.reading;
    return reading && nextStatus({ object, reading, selected: this.#selectedBy(key), now: () => clock.now() });
  }

  #selectedBy(key: string): SelectedCluster[] {
    const { book, ledger } = this.#options;
    const isOf = ({ plan }: Name): boolean => [...plan.holders, ...plan.conflicted].some((rule) => rule.key === key);
    return [...book.names()].filter(isOf).map((name) => ({ plan: name.plan, content: name.content, deliveries: ledger.of(name) }));
  }
}
