import { isDnsLabel } from '../../api/names.ts';
import type { EndpointGroup, PlacementPolicy } from '../record.ts';

/** Endpoints of one exporter that is alive, of the winner's type. */
export interface ClusterEndpoints {
  readonly cluster: string;
  readonly groups: readonly EndpointGroup[];
}

/** The default of the MCS API. */
export const PLACE_EVERYWHERE: PlacementPolicy = { mode: 'all' };

/** More clusters than a set has; a longer list is a mistake or an attack. */
const MAX_CLUSTERS = 200;

/** A policy from `all`, `local` or `failover=a,b`; undefined where the text is none of these. */
export function parsePlacement(text: string): PlacementPolicy | undefined {
  const [mode, list, ...rest] = text.trim().split('=');
  if (rest.length > 0) return undefined;
  if (list === undefined) return mode === 'all' || mode === 'local' ? { mode } : undefined;
  const clusters = list.split(',').map((cluster) => cluster.trim());
  const isList = mode === 'failover' && clusters.length <= MAX_CLUSTERS && clusters.every(isDnsLabel);
  return isList && new Set(clusters).size === clusters.length ? { mode, clusters } : undefined;
}

/** The text that `parsePlacement` reads, the same for policies that are the same. */
export function formatPlacement(policy: PlacementPolicy): string {
  return policy.mode === 'failover' ? `failover=${policy.clusters.join(',')}` : policy.mode;
}

/** Clusters whose endpoints come first, one after the other. */
function preferred(policy: PlacementPolicy, localCluster: string): readonly string[] {
  switch (policy.mode) {
    case 'all':
      return [];
    case 'local':
      return [localCluster];
    case 'failover':
      return policy.clusters;
  }
}

function isReady({ groups }: ClusterEndpoints): boolean {
  return groups.some(({ endpoints }) => endpoints.some(({ ready }) => ready));
}

/**
 * Candidates without those that cannot be reached, as long as another one has a ready endpoint: a
 * failing probe alone never leaves a service without endpoints.
 */
function withoutUnreachable(candidates: readonly ClusterEndpoints[], isReachable: (cluster: string) => boolean): readonly ClusterEndpoints[] {
  const reachable = candidates.filter(({ cluster }) => isReachable(cluster));
  return reachable.some(isReady) ? reachable : candidates;
}

/**
 * Chooses which clusters' endpoints stand behind a service in the importing cluster: those of the
 * first preferred cluster that has a ready one, else everybody's; clusters whose connection fails
 * come last of all. It works on the slices, so the choice holds for the virtual address and for DNS
 * alike, for headless services too.
 */
export function placeEndpoints(policy: PlacementPolicy, all: readonly ClusterEndpoints[], localCluster: string, isReachable: (cluster: string) => boolean = () => true): readonly ClusterEndpoints[] {
  const candidates = withoutUnreachable(all, isReachable);
  for (const cluster of preferred(policy, localCluster)) {
    const found = candidates.find((candidate) => candidate.cluster === cluster);
    if (found !== undefined && isReady(found)) return [found];
  }
  return candidates;
}
