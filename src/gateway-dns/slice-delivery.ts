import { OWNER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import { settleAll } from '../base/concurrently.ts';
import { isNotFound } from '../kube/api-error.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { ClusterIdentities, type KnownFleet } from './cluster-identities.ts';
import { deliverSlices, failureOf } from './deliver-slices.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { GatewayDNSMetrics } from './metrics.ts';
import type { Name, NameBook } from './name-book.ts';
import type { SliceTarget } from './plan/plan-slices.ts';
import { FIELD_MANAGER } from './settings.ts';
import type { Origin, WorkloadSession } from './workload-session.ts';

export interface SliceDeliveryOptions {
  readonly target: SliceTarget;
  readonly fleet: KnownFleet;
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
  readonly #identities: ClusterIdentities;
  /** What stays where it stands until it is known which cluster some other one is. */
  readonly #deferred = new Map<WorkloadSession, Set<Origin>>();

  constructor(options: SliceDeliveryOptions) {
    this.#options = options;
    this.#identities = new ClusterIdentities(options.fleet);
  }

  /** Looks at these origins in every cluster. */
  everywhere(origins: readonly Origin[]): void {
    if (origins.length === 0) return;
    for (const session of this.#sessions()) session.enqueue(origins);
  }

  /** Looks at everything in one cluster: what shall stand there, and what does. */
  everythingIn(session: WorkloadSession): void {
    for (const same of this.#sameCluster(session)) same.enqueue(new Set([...this.#options.book.origins(), ...same.origins()]));
    this.undefer();
  }

  /** More is known of some cluster: looks again at what waits for that. */
  undefer(): void {
    const deferred = [...this.#deferred];
    this.#deferred.clear();
    for (const [session, origins] of deferred) session.enqueue(origins);
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
      const targetKeys = this.#keysFor(session, name);
      if (this.#mustWait(session, origin, name, targetKeys)) return;
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
    this.#deferred.delete(session);
    if (this.#identities.keysOf(session).length > 1) {
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

  /** Under which names the cluster is to be looked for among those that learn a name. */
  #keysFor(session: WorkloadSession, name: Name | undefined): readonly string[] {
    return name?.plan.recipients.has(session.cluster) === true ? [session.cluster] : this.#identities.keysOf(session);
  }

  /** Unknown differs from empty: nothing goes from a cluster that may be one of those that learn the name. */
  #mustWait(session: WorkloadSession, origin: Origin, name: Name | undefined, targetKeys: readonly string[]): boolean {
    const recipients = [...(name?.plan.recipients ?? [])];
    if (recipients.length === 0 || targetKeys.some((key) => name?.plan.recipients.has(key))) return false;
    const mayGo = session.slices.by('origin', origin).some((slice) => isOwnedBy(slice, this.#options.target.owner));
    if (!mayGo || !recipients.some((key) => this.#identities.mayBe(key, session))) return false;
    const waiting = this.#deferred.get(session) ?? new Set();
    this.#deferred.set(session, waiting.add(origin));
    return true;
  }

  /** The session itself, and those that lead to the same cluster under other names. */
  #sameCluster(session: WorkloadSession): WorkloadSession[] {
    const others = this.#identities.keysOf(session).flatMap((key) => (key === session.cluster ? [] : (this.#options.fleet.session(key) ?? [])));
    return [session, ...others];
  }

  #sessions(): WorkloadSession[] {
    const { fleet } = this.#options;
    return fleet.clusters().flatMap(({ key }) => fleet.session(key) ?? []);
  }
}
