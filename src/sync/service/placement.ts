import type { EndpointGroup } from '../record.ts';

/** Acceptable endpoints of one exporter that is alive. */
export interface ClusterEndpoints {
  readonly cluster: string;
  readonly groups: readonly EndpointGroup[];
}

/**
 * Chooses which clusters' endpoints stand behind a service in the importing cluster. It works on
 * the slices, so the choice holds for the virtual address and for DNS alike.
 */
export type Placement = (candidates: readonly ClusterEndpoints[], localCluster: string) => readonly ClusterEndpoints[];

/** Every cluster's endpoints, the default of the MCS API. */
export const placeEverywhere: Placement = (candidates) => candidates;
