import type { CableEndpoint, CableEndpointSpec } from '../../api/types/index.ts';
import type { Rejection } from '../service/rejection.ts';
import type { CablePolicy } from './cable-policy.ts';
import { identityOf } from './validate-backend.ts';
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

/** The newest acceptable end of one member; `owners` are the clusters that keys and MACs belong to already. */
function readMember(cluster: string, objects: readonly CableEndpoint[], policy: CablePolicy, owners: ReadonlyMap<string, string>): { endpoint?: RemoteEndpoint; rejections: Rejection[] } {
  const rejections: Rejection[] = [];
  const sorted = objects.toSorted(newestFirst);
  const excess = sorted[MAX_PER_MEMBER];
  if (excess) rejections.push({ object: `Endpoint ${excess.metadata.name}`, reason: 'QuotaExceeded', message: `cluster "${cluster}" has ${objects.length} Endpoints, of which the newest ${MAX_PER_MEMBER} are read` });
  for (const object of sorted.slice(0, MAX_PER_MEMBER)) {
    const { metadata } = object;
    const { accepted: spec, rejections: refused } = validateEndpoint(object, policy);
    rejections.push(...refused);
    if (spec === undefined) continue;
    const owner = owners.get(identityOf(spec) ?? '');
    if (owner === undefined) return { endpoint: { spec, uid: metadata.uid ?? '' }, rejections };
    rejections.push({ object: `Endpoint ${metadata.name}`, reason: 'KeyContested', message: `the key or MAC by which its tunnel is told is that of cluster "${owner}"` });
  }
  return { rejections };
}

/**
 * Which ends of tunnels are taken from the broker. Where a member has several, as while one of its
 * gateways takes over from another, the newest acceptable one counts. Ends of the own cluster are
 * left out. A key is the own cluster's, or the oldest member's that has it: a peer with a key that
 * is there already would take over the traffic of the other.
 */
export function readEndpoints(objects: readonly CableEndpoint[], localCluster: string, policy: CablePolicy): ReadEndpoints {
  const rejections: Rejection[] = [];
  const endpoints: RemoteEndpoint[] = [];
  const owners = new Map(policy.ownIdentities.map((identity) => [identity, localCluster]));
  const byMember = Map.groupBy(objects, ({ metadata }) => memberOf(metadata.name));
  for (const cluster of new Set([...policy.members, ...byMember.keys()])) {
    if (cluster === localCluster) continue;
    const { endpoint, rejections: refused } = readMember(cluster, byMember.get(cluster) ?? [], policy, owners);
    rejections.push(...refused);
    if (endpoint === undefined) continue;
    endpoints.push(endpoint);
    const identity = identityOf(endpoint.spec);
    if (identity !== undefined) owners.set(identity, cluster);
  }
  return { endpoints, rejections };
}
