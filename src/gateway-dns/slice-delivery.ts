import { OWNER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import { settleAll } from '../base/concurrently.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isNotFound } from '../kube/api-error.ts';
import { deliverSlices, failureOf } from './deliver-slices.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { GatewayDNSMetrics } from './metrics.ts';
import type { NameBook } from './name-book.ts';
import type { SliceTarget } from './plan/plan-slices.ts';
import { FIELD_MANAGER } from './settings.ts';
import type { Origin, WorkloadSession } from './workload-session.ts';

export interface SliceDeliveryOptions {
  readonly target: SliceTarget;
  readonly fleet: Pick<Fleet<WorkloadSession>, 'cluster' | 'clusters' | 'connection' | 'session'>;
  readonly book: NameBook;
  readonly ledger: DeliveryLedger;
  /** Whether all names are known: before that nothing may be written. */
  readonly isKnown: () => boolean;
  /** A cluster has a name now that it had not, or the other way round. */
  readonly onOutcome: (origin: Origin) => void;
  readonly metrics: Pick<GatewayDNSMetrics, 'wrote' | 'failed'>;
}

/** Brings slices to the clusters: each cluster has a queue of its own, with the origins that shall be looked at there. */
export class SliceDelivery {
  readonly #options: SliceDeliveryOptions;

  constructor(options: SliceDeliveryOptions) {
    this.#options = options;
  }

  /** Looks at these origins in every cluster. */
  everywhere(origins: readonly Origin[]): void {
    if (origins.length === 0) return;
    for (const session of this.#sessions()) session.enqueue(origins);
  }

  /** Looks at everything in one cluster: what shall stand there, and what does. */
  everythingIn(session: WorkloadSession): void {
    for (const same of this.#sameCluster(session)) same.enqueue(new Set([...this.#options.book.origins(), ...same.origins()]));
  }

  /** Looks at everything everywhere. */
  everything(): void {
    for (const session of this.#sessions()) this.everythingIn(session);
  }

  /** One look at one origin in one cluster. Whoever brings back what is missing for it, looks again. */
  async process(session: WorkloadSession, origin: Origin, signal: AbortSignal): Promise<void> {
    const { target, fleet, book, isKnown, metrics } = this.#options;
    const { cluster } = session;
    // a cluster that has left is cleaned up by `withdraw`
    if (!isKnown() || !session.isReady || fleet.cluster(cluster) === undefined || fleet.connection(cluster).state !== 'connected') return;
    const name = book.byOrigin(origin);
    if (session.hasNamespace) {
      const targetKeys = this.#sameCluster(session).map((same) => same.cluster);
      const outcome = await deliverSlices({ ...target, session, targetKeys, origin, name, onWrites: (count) => metrics.wrote(count), signal });
      this.#note(session, origin, name === undefined ? undefined : outcome);
    } else this.#note(session, origin, undefined);
  }

  /** A look failed; it is repeated by itself. */
  failed(session: WorkloadSession, origin: Origin, error: unknown): void {
    this.#options.metrics.failed();
    this.#note(session, origin, failureOf(error));
  }

  /** Removes everything of ours from a cluster that has left the fleet; from one that is still there under another name, what that does not need. */
  async withdraw(session: WorkloadSession, signal: AbortSignal): Promise<void> {
    if (this.#sameCluster(session).some(({ cluster }) => cluster !== session.cluster)) {
      this.everythingIn(session);
      return;
    }
    const { client } = session;
    const { owner, namespace } = this.#options.target;
    const { items } = await client.list(resources.endpointSlices, { namespace, labelSelector: `${OWNER}=${owner}`, signal });
    const remove = ({ metadata: { name, uid } }: (typeof items)[number]): Promise<void> =>
      client.delete(resources.endpointSlices, name, namespace, { ...(uid !== undefined && { uid }), fieldManager: FIELD_MANAGER, signal }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    await settleAll(items.map(remove));
    this.#options.metrics.wrote(items.length);
  }

  #note(session: WorkloadSession, origin: Origin, outcome: Parameters<DeliveryLedger['note']>[2]): void {
    if (this.#options.ledger.note(session, origin, outcome)) this.#options.onOutcome(origin);
  }

  /** The session itself, and those that lead to the same cluster under other names: one namespace has one UID. */
  #sameCluster(session: WorkloadSession): WorkloadSession[] {
    const { namespaceUid } = session;
    return [session, ...this.#sessions().filter((other) => other !== session && namespaceUid !== undefined && other.namespaceUid === namespaceUid)];
  }

  #sessions(): WorkloadSession[] {
    const { fleet } = this.#options;
    return fleet.clusters().flatMap(({ key }) => fleet.session(key) ?? []);
  }
}
