import { endpointObjectName } from '../../api/data-plane.ts';
import { fitName, MAX_OBJECT_NAME } from '../../api/names.ts';
import type { CableEndpointSpec } from '../../api/types/index.ts';

type Identity = Pick<CableEndpointSpec, 'cluster_id' | 'private_ip'>;

/** Name of an Endpoint in every member namespace, the own cluster's and the others'. */
export function localEndpointName({ cluster_id: cluster, private_ip: address }: Identity): string {
  return endpointObjectName(cluster, address);
}

/** Name of the same Endpoint on the broker: it ends in `.<cluster>`, which the broker binds to the writer. */
export function brokerEndpointName(spec: Identity): string {
  const { cluster_id: cluster } = spec;
  return `${fitName(localEndpointName(spec), MAX_OBJECT_NAME - cluster.length - 1)}.${cluster}`;
}
