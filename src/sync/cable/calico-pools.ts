import { parseCidr } from '../../api/cidr.ts';
import { MEMBER } from '../../api/labels.ts';
import { fitName, MAX_OBJECT_NAME } from '../../api/names.ts';
import type { CalicoPool } from '../../api/types/index.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import { SERVICE_OWNER } from '../service/broker-objects.ts';
import type { RemoteEndpoint } from './read-endpoints.ts';

/** Smallest ranges that Calico hands to a node, by family; a pool cannot have larger ones than itself. */
const BLOCK = { IPv4: 26, IPv6: 122 } as const;

function poolOf(cluster: string, uid: string, subnet: string): Desired<CalicoPool>[] {
  const cidr = parseCidr(subnet);
  if (cidr === undefined) return [];
  const name = fitName(`mcs-${cluster}-${cidr.text.replaceAll(/[.:/]+/g, '-')}`, MAX_OBJECT_NAME);
  const labels = { ...ownershipLabels({ owner: SERVICE_OWNER, originCluster: cluster, originUid: uid }), [MEMBER]: cluster };
  const blockSize = Math.max(BLOCK[cidr.family], cidr.prefix);
  const spec = { cidr: cidr.text, disabled: true, natOutgoing: false, ipipMode: 'Never', vxlanMode: 'Never', nodeSelector: 'all()', blockSize };
  return [{ object: { metadata: { name, labels }, spec } }];
}

/**
 * Pools that make Calico take the ranges of other clusters for ranges of pods: it then neither hides
 * the addresses of pods that speak with them, nor gives addresses of them to pods, for they are disabled.
 */
export function wantedPools(endpoints: readonly RemoteEndpoint[]): Desired<CalicoPool>[] {
  return endpoints.flatMap(({ spec, uid }) => spec.subnets.flatMap((subnet) => poolOf(spec.cluster_id, uid, subnet)));
}
