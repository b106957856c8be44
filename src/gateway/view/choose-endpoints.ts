import { MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../api/labels.ts';
import type { CableEndpoint } from '../../api/types/index.ts';

/** Value of the owner label on what gateway agents write. */
export const GATEWAY_OWNER = 'gateway';
/** Value of it on what the controller copies, after validation, from other clusters. */
const COPIER = 'controller';

/** Endpoints in the member namespace, sorted by whose they are. */
export interface ChosenEndpoints {
  /** The own cluster's, the newest first: that one names the gateway, the others are predecessors'. */
  readonly own: readonly CableEndpoint[];
  /** One for each other cluster, those known for longest first. */
  readonly remotes: readonly CableEndpoint[];
}

function isOwnedBy({ metadata: { labels } }: CableEndpoint, owner: string): boolean {
  return labels?.[MANAGED_BY] === MANAGED_BY_MCS && labels[OWNER] === owner;
}

/** Times have a resolution of 1 s; within it the version tells, which a cluster counts up. */
function byAge(a: CableEndpoint, b: CableEndpoint): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return Number(a.metadata.resourceVersion ?? 0) - Number(b.metadata.resourceVersion ?? 0);
}

/**
 * While a standby takes over, a cluster has two Endpoints for a moment: the newer one counts. A
 * cluster keeps its place in the order meanwhile, so that it keeps a range that a later one claims too.
 */
export function chooseEndpoints(endpoints: readonly CableEndpoint[], clusterID: string): ChosenEndpoints {
  const sorted = [...endpoints].sort(byAge);
  const remotes = new Map<string, CableEndpoint>();
  for (const endpoint of sorted) {
    if (endpoint.spec.cluster_id !== clusterID && isOwnedBy(endpoint, COPIER)) remotes.set(endpoint.spec.cluster_id, endpoint);
  }
  return { own: sorted.filter((endpoint) => endpoint.spec.cluster_id === clusterID && isOwnedBy(endpoint, GATEWAY_OWNER)).reverse(), remotes: [...remotes.values()] };
}
