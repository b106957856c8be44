import type { Fleet } from '../fleet/fleet.ts';
import { isAway } from './delivery-ledger.ts';
import type { WorkloadSession } from './workload-session.ts';

export type KnownFleet = Pick<Fleet<WorkloadSession>, 'cluster' | 'clusters' | 'connection' | 'session'>;

/**
 * Which clusters of a fleet are one, known under several names: the namespace of their slices has one
 * UID. What was seen of a cluster counts while it is away, or gets another kubeconfig.
 */
export class ClusterIdentities {
  readonly #fleet: KnownFleet;
  /** UID of the namespace, by the key of the cluster. */
  readonly #seen = new Map<string, string>();

  constructor(fleet: KnownFleet) {
    this.#fleet = fleet;
  }

  /** Keys of the cluster that a session leads to, the session's own first. */
  keysOf(session: WorkloadSession): string[] {
    this.#learn();
    const uid = session.namespaceUid ?? this.#seen.get(session.cluster);
    const others = uid === undefined ? [] : [...this.#seen].filter(([key, other]) => other === uid && key !== session.cluster).map(([key]) => key);
    return [session.cluster, ...others];
  }

  /** Whether a cluster may turn out to be the one of the session: nobody has looked at it yet, or it cannot be looked at and has the same address. */
  mayBe(key: string, session: WorkloadSession): boolean {
    const other = this.#fleet.session(key);
    if (key === session.cluster || this.#fleet.cluster(key) === undefined || this.#seen.has(key) || other?.isReady === true) return false;
    const connection = this.#fleet.connection(key);
    if (connection.server !== '' && connection.server === this.#fleet.connection(session.cluster).server) return true;
    return !isAway(connection) && other?.trouble === undefined;
  }

  #learn(): void {
    for (const key of this.#seen.keys()) if (this.#fleet.cluster(key) === undefined) this.#seen.delete(key);
    for (const { key } of this.#fleet.clusters()) {
      const session = this.#fleet.session(key);
      if (session?.isReady !== true) continue;
      const { namespaceUid } = session;
      if (namespaceUid === undefined) this.#seen.delete(key);
      else this.#seen.set(key, namespaceUid);
    }
  }
}
