import type { EndpointGroup } from '../sync/record.ts';
import type { ServiceKey } from './caches.ts';

interface Account {
  /** Endpoints taken, by service. */
  readonly services: Map<ServiceKey, number>;
  endpoints: number;
}

/** Most slices of one service that are read of one member: 100,000 endpoints in slices of the usual size. */
export const MAX_SLICES = 1_000;

/** What a member's service costs: its addresses, and no slice is free. */
export function costOf(groups: readonly EndpointGroup[]): number {
  return groups.reduce((sum, { endpoints }) => sum + Math.max(1, endpoints.reduce((count, { addresses }) => count + addresses.length, 0)), 0);
}

/** How much is taken from each other member, so that one of them cannot fill this cluster (ruling 9). */
export class MemberQuota {
  readonly #accounts = new Map<string, Account>();
  readonly #maxServices: number;
  readonly #maxEndpoints: number;

  constructor(maxServices: number, maxEndpoints: number) {
    this.#maxServices = maxServices;
    this.#maxEndpoints = maxEndpoints;
  }

  /** Takes a member's service with so many endpoints; says what is too much, and takes nothing of that then. */
  admit(cluster: string, key: ServiceKey, endpoints: number): 'admitted' | 'too many services' | 'too many endpoints' {
    const account = this.#accounts.get(cluster) ?? { services: new Map<ServiceKey, number>(), endpoints: 0 };
    this.#accounts.set(cluster, account);
    const taken = account.services.get(key);
    if (taken === undefined && account.services.size >= this.#maxServices) return 'too many services';
    const total = account.endpoints - (taken ?? 0) + endpoints;
    const isTooMuch = total > this.#maxEndpoints;
    account.services.set(key, isTooMuch ? 0 : endpoints);
    account.endpoints = isTooMuch ? account.endpoints - (taken ?? 0) : total;
    return isTooMuch ? 'too many endpoints' : 'admitted';
  }

  /** Gives back what was taken for a service from members that no longer export it. */
  releaseOthers(key: ServiceKey, exporters: ReadonlySet<string>): void {
    for (const [cluster, account] of this.#accounts) {
      if (exporters.has(cluster) || !account.services.has(key)) continue;
      account.endpoints -= account.services.get(key) ?? 0;
      account.services.delete(key);
      if (account.services.size === 0) this.#accounts.delete(cluster);
    }
  }
}
