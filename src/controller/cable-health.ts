import type { CableEndpoint, Gateway } from '../api/types/index.ts';
import { carriersOf } from '../sync/cable/active-gateway.ts';
import { findUnreachable } from '../sync/cable/unreachable-clusters.ts';

/** Which other clusters the gateway of this one cannot reach, as its probes say. */
export class CableHealth {
  readonly #clusterID: string;
  readonly #onChange: (cluster: string) => void;
  #unreachable: ReadonlySet<string> = new Set();

  constructor(clusterID: string, onChange: (cluster: string) => void) {
    this.#clusterID = clusterID;
    this.#onChange = onChange;
  }

  isReachable(cluster: string): boolean {
    return !this.#unreachable.has(cluster);
  }

  /** Notes what the gateways of this cluster say now, and tells of each cluster that has become reachable or unreachable. */
  observe(gateways: readonly Gateway[], endpoints: readonly CableEndpoint[]): void {
    const before = this.#unreachable;
    this.#unreachable = findUnreachable(gateways, carriersOf(endpoints, this.#clusterID), before);
    for (const cluster of new Set([...before, ...this.#unreachable])) {
      if (before.has(cluster) !== this.#unreachable.has(cluster)) this.#onChange(cluster);
    }
  }
}
