import { compareText } from './names.ts';

/**
 * How far one cluster has what it shall of one name. `pending`: its slices are about to be written.
 * `noNamespace`: it has no namespace for slices, so it shall have none. `unknown`: it was not looked
 * since the start of the process.
 */
export type DeliveryState = 'current' | 'pending' | 'foreign' | 'failed' | 'unreachable' | 'noNamespace' | 'unknown';

/** One name in one cluster that learns it. */
export interface Delivery {
  /** Key of the cluster that is written to. */
  readonly target: string;
  readonly state: DeliveryState;
  /** `foreign`: name of the slice that is not ours. `failed`, `unreachable`: why. */
  readonly detail?: string;
}

/** Worst first: what a cluster is said to be of several names. */
const SEVERITY: readonly DeliveryState[] = ['unknown', 'noNamespace', 'foreign', 'failed', 'unreachable', 'pending', 'current'];

/** Clusters that shall have all of the names of one GatewayDNS, and how far they have them. */
export interface DeliveryCount {
  readonly have: number;
  readonly shall: number;
  /** Whether something is not known yet. */
  readonly isOpen: boolean;
  /** The worst of each cluster, by state, in the order of their keys. */
  readonly byState: ReadonlyMap<DeliveryState, readonly Delivery[]>;
}

function severity({ state }: Delivery): number {
  return SEVERITY.indexOf(state);
}

/** Sums deliveries up, cluster by cluster. */
export function countDeliveries(deliveries: readonly Delivery[]): DeliveryCount {
  const worst = new Map<string, Delivery>();
  for (const delivery of deliveries) {
    const known = worst.get(delivery.target);
    if (known === undefined || severity(delivery) < severity(known)) worst.set(delivery.target, delivery);
  }
  const byState = Map.groupBy([...worst.values()].sort((a, b) => compareText(a.target, b.target)), ({ state }) => state);
  const count = (state: DeliveryState): number => byState.get(state)?.length ?? 0;
  return { have: count('current'), shall: worst.size - count('noNamespace'), isOpen: count('unknown') > 0, byState };
}
