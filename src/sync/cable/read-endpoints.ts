import type { CableEndpoint, CableEndpointSpec } from '../../api/types/index.ts';
import type { Rejection } from '../service/rejection.ts';
import type { CablePolicy } from './cable-policy.ts';
import { memberOf, validateEndpoint } from './validate-endpoint.ts';

/** The end of another member's tunnels that this cluster goes by. */
export interface RemoteEndpoint {
  readonly spec: CableEndpointSpec;
  /** UID of the object on the broker. */
  readonly uid: string;
}

export interface ReadEndpoints {
  /** One of each member that has an acceptable one, the oldest member first. */
  readonly endpoints: readonly RemoteEndpoint[];
  readonly rejections: readonly Rejection[];
}

/** More than a member has while one gateway takes over from another. */
const MAX_PER_MEMBER = 8;

/** Newest first: the broker's time of creation cannot be forged; of the same second, the greater name. */
function newestFirst(a: CableEndpoint, b: CableEndpoint): number {
  const rank = ({ metadata }: CableEndpoint): string => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return rank(a) > rank(b) ? -1 : 1;
}

/**
 * Which ends of tunnels are taken from the broker. Where a member has several, as while one of its
 * gateways takes over from another, the newest acceptable one counts. Ends of the own cluster are left out.
 */
export function readEndpoints(objects: readonly CableEndpoint[], localCluster: string, policy: CablePolicy): ReadEndpoints {
  const rejections: Rejection[] = [];
  const found = new Map<string, RemoteEndpoint>();
  for (const [cluster, all] of Map.groupBy(objects, ({ metadata }) => memberOf(metadata.name))) {
    if (cluster === localCluster) continue;
    const sorted = all.toSorted(newestFirst);
    const excess = sorted[MAX_PER_MEMBER];
    if (excess) rejections.push({ object: `Endpoint ${excess.metadata.name}`, reason: 'QuotaExceeded', message: `cluster "${cluster}" has ${all.length} Endpoints, of which the newest ${MAX_PER_MEMBER} are read` });
    for (const object of sorted.slice(0, MAX_PER_MEMBER)) {
      const screened = validateEndpoint(object, policy);
      rejections.push(...screened.rejections);
      if (screened.accepted === undefined) continue;
      found.set(cluster, { spec: screened.accepted, uid: object.metadata.uid ?? '' });
      break;
    }
  }
  return { endpoints: policy.members.flatMap((member) => found.get(member) ?? []), rejections };
}
