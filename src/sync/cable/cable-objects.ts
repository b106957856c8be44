import { MEMBER, SUBMARINER_CLUSTER_ID } from '../../api/labels.ts';
import type { CableEndpoint, CableEndpointSpec } from '../../api/types/index.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import { SERVICE_OWNER } from '../service/broker-objects.ts';
import { brokerEndpointName, localEndpointName } from './endpoint-names.ts';
import type { RemoteEndpoint } from './read-endpoints.ts';
import { absentSettings } from './validate-backend.ts';

function labelsOf(cluster: string, uid: string): Record<string, string> {
  return { ...ownershipLabels({ owner: SERVICE_OWNER, originCluster: cluster, originUid: uid }), [MEMBER]: cluster, [SUBMARINER_CLUSTER_ID]: cluster };
}

function desired(name: string, namespace: string, spec: CableEndpointSpec, uid: string): Desired<CableEndpoint> {
  const absent = [...absentSettings(spec), ...(spec.healthCheckIP === undefined ? [['spec', 'healthCheckIP']] : [])];
  return { object: { metadata: { name, namespace, labels: labelsOf(spec.cluster_id, uid) }, spec }, absent };
}

/** The own cluster's Endpoint as it stands on the broker. */
export function toBrokerEndpoint({ metadata, spec }: CableEndpoint, namespace: string): Desired<CableEndpoint> {
  return desired(brokerEndpointName(spec), namespace, spec, metadata.uid ?? '');
}

/** Another member's Endpoint as it stands in the own cluster, for the gateway agents. */
export function toLocalEndpoint({ spec, uid }: RemoteEndpoint, namespace: string): Desired<CableEndpoint> {
  return desired(localEndpointName(spec), namespace, spec, uid);
}
