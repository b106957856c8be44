import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { MEMBER_REJECTIONS } from '../api/names.ts';
import { apiVersionOf, resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import { REJECTIONS_KEY, summarizeRejections, type RejectionSummary } from '../sync/service/rejection-summary.ts';
import type { ServiceKey } from './caches.ts';
import type { EventReporter } from '../kube/event-reporter.ts';
import type { ControllerMetrics } from './metrics.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface RejectionReportOptions {
  readonly client: KubeClient;
  readonly memberNamespace: string;
  /** What no service can be told of, and so is no service's business. */
  readonly strays: () => readonly Rejection[];
  readonly events: EventReporter;
  readonly metrics: Pick<ControllerMetrics, 'rejected'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From a change until it is written, ms. */
  readonly delayMs: number;
}

/** Of one service; the rest is like them. */
const KEPT = 20;

/**
 * What this cluster does not accept of other members, for people and for `mcs diagnose`: in the
 * ConfigMap `mcs-rejections`, as one Event for each member and reason, and counted. However much
 * a hostile member writes, it costs one write in some seconds.
 */
export class RejectionReport {
  readonly #options: RejectionReportOptions;
  readonly #byKey = new Map<ServiceKey, { readonly text: string; readonly rejections: readonly Rejection[] }>();
  readonly #abort = new AbortController();
  #cancel: (() => void) | undefined;
  #written: string | undefined;
  /** Member and reason of every Event that still holds. */
  #told: ReadonlySet<string> = new Set();

  constructor(options: RejectionReportOptions) {
    this.#options = options;
  }

  /** What is refused of a service now, in place of what was before. */
  note(key: ServiceKey, rejections: readonly Rejection[]): void {
    const text = JSON.stringify(rejections);
    const before = this.#byKey.get(key)?.text ?? '[]';
    if (text === before) return;
    if (rejections.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, { text, rejections: rejections.slice(0, KEPT) });
    for (const { reason, object, message } of rejections) {
      this.#options.metrics.rejected(reason);
      this.#options.logger.debug('Refused a part of a record of another member', { service: key, object, reason, detail: message });
    }
    this.refresh();
  }

  /** Looks again, soon. */
  refresh(): void {
    if (this.#cancel !== undefined || this.#abort.signal.aborted) return;
    const { clock, delayMs } = this.#options;
    this.#cancel = clock.schedule(() => {
      this.#cancel = undefined;
      this.#write().catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.#options.logger.warn('Cannot write what is refused of other members', { error });
        this.refresh();
      });
    }, delayMs);
  }

  stop(): void {
    this.#abort.abort(new Error('The report of rejections was stopped'));
    this.#cancel?.();
  }

  async #write(): Promise<void> {
    const rejections = [...[...this.#byKey.values()].flatMap((entry) => entry.rejections), ...this.#options.strays()];
    const summary = summarizeRejections(rejections);
    const text = JSON.stringify(summary, undefined, 2);
    if (text === this.#written) return;
    const { client, memberNamespace } = this.#options;
    const { signal } = this.#abort;
    const metadata = { name: MEMBER_REJECTIONS, namespace: memberNamespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS } };
    const isNeeded = rejections.length > 0 || (await client.find(resources.configMaps, MEMBER_REJECTIONS, memberNamespace, { signal })) !== undefined;
    if (isNeeded) {
      const { object } = await ensureObject(client, resources.configMaps, { metadata, data: { [REJECTIONS_KEY]: text } }, { fieldManager: FIELD_MANAGER, signal });
      this.#tell(object, summary);
    }
    this.#written = text;
  }

  /** One Event when a member begins to be refused for a reason; again only after that had ended. */
  #tell(object: ConfigMap, summary: RejectionSummary): void {
    const about = { ...object, apiVersion: apiVersionOf(resources.configMaps), kind: resources.configMaps.kind };
    const present = new Set<string>();
    for (const [cluster, { reasons, examples }] of Object.entries(summary)) {
      for (const reason of Object.keys(reasons)) {
        const identity = `${cluster} ${reason}`;
        present.add(identity);
        if (this.#told.has(identity)) continue;
        const example = examples.find((rejection) => rejection.reason === reason);
        this.#options.events.warn(about, reason, `A part of what cluster "${cluster}" exports is refused: ${example?.object ?? ''}: ${example?.message ?? ''}`);
      }
    }
    this.#told = present;
  }
}
