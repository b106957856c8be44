import type { FleetConnection } from '../fleet/fleet-cluster.ts';
import { isRefusal } from '../kube/api-error.ts';
import { failureOf, type Outcome } from './deliver-slices.ts';
import type { Name } from './name-book.ts';
import type { Delivery } from './plan/deliveries.ts';
import type { Origin, WorkloadSession } from './workload-session.ts';

export interface DeliveryLedgerOptions {
  readonly session: (cluster: string) => WorkloadSession | undefined;
  readonly connection: (cluster: string) => FleetConnection;
}

/** Whether a cluster cannot be asked for a reason that is known; right after the start there is none yet. */
export function isAway({ state, message }: FleetConnection): boolean {
  return state === 'unreachable' || state === 'refused' || (state === 'connecting' && message !== '');
}

/** How far each cluster has each name. */
export class DeliveryLedger {
  readonly #options: DeliveryLedgerOptions;
  /** A session that is made anew begins with nothing. */
  readonly #outcomes = new WeakMap<WorkloadSession, Map<Origin, Outcome>>();

  constructor(options: DeliveryLedgerOptions) {
    this.#options = options;
  }

  /** Takes down how a look ended; undefined: there is nothing to look at any more. Whether that is new. */
  note(session: WorkloadSession, origin: Origin, outcome: Outcome | undefined): boolean {
    const outcomes = this.#outcomes.get(session) ?? new Map<Origin, Outcome>();
    this.#outcomes.set(session, outcomes);
    const before = outcomes.get(origin);
    if (outcome === undefined) outcomes.delete(origin);
    else outcomes.set(origin, outcome);
    return before?.state !== outcome?.state || detailOf(before) !== detailOf(outcome);
  }

  /** In every cluster that learns the name. */
  of({ origin, plan }: Pick<Name, 'origin' | 'plan'>): Delivery[] {
    return [...plan.recipients].map((target) => ({ target, ...this.#stateOf(target, origin) }));
  }

  #stateOf(target: string, origin: Origin): Omit<Delivery, 'target'> {
    const connection = this.#options.connection(target);
    if (isAway(connection)) return { state: 'unreachable', detail: connection.message };
    const session = this.#options.session(target);
    if (session?.isReady !== true) return isRefusal(session?.trouble) ? failureOf(session.trouble) : { state: 'unknown' };
    if (!session.hasNamespace) return { state: 'noNamespace' };
    return this.#outcomes.get(session)?.get(origin) ?? { state: 'unknown' };
  }
}

function detailOf(outcome: Outcome | undefined): string | undefined {
  return outcome !== undefined && 'detail' in outcome ? outcome.detail : undefined;
}
