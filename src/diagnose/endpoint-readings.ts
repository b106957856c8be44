import { LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, SERVICE_NAME } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { EndpointSlice } from '../api/types/index.ts';
import { brokerIdentity, digestSlice, digestedSlices, type EndpointDigests, sumDigests } from '../inspect/endpoint-digest.ts';
import type { FleetMember } from '../inspect/survey-fleet.ts';
import { type DiagnoseContext, memberOf } from './context.ts';

const ON_BROKER = [MCS_SERVICE_NAME, LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SOURCE_CLUSTER];

/** What the endpoints on the broker in a cluster come to; read once for all its members. */
export function readBrokerDigests(host: FleetMember, { fleetReadings }: Pick<DiagnoseContext, 'fleetReadings'>, signal: AbortSignal): Promise<EndpointDigests> {
  return fleetReadings.get(`endpoints on the broker in ${host.context}`, async () => {
    const transform = (slice: EndpointSlice) => digestSlice(slice, ON_BROKER);
    const { items } = await host.client.list(digestedSlices, { namespace: host.state.broker?.namespace ?? '', labelSelector: MCS_SERVICE_NAME, transform, signal });
    return sumDigests(items, brokerIdentity);
  });
}

/** What the endpoints of this cluster's own Services come to, of those that are exported. Empty where none is. */
export async function readSourceDigests(context: DiagnoseContext, signal: AbortSignal): Promise<EndpointDigests> {
  const { config, exports } = memberOf(context);
  const exported = new Set(exports.map(({ metadata }) => objectKey(metadata)));
  if (exported.size === 0) return new Map();
  const keyOf = ({ metadata: { labels = {}, namespace = '' } }: Pick<EndpointSlice, 'metadata'>): string => objectKey({ name: labels[SERVICE_NAME] ?? '', namespace });
  // addresses that are names are not exported
  const transform = (slice: EndpointSlice) => digestSlice(slice.addressType === 'FQDN' || !exported.has(keyOf(slice)) ? { ...slice, endpoints: [] } : slice, [SERVICE_NAME]);
  const { items } = await context.cluster.client.list(digestedSlices, { labelSelector: `${SERVICE_NAME},!${MCS_SERVICE_NAME}`, transform, signal });
  return sumDigests(items.filter((slice) => exported.has(keyOf(slice))), (slice) => ({ key: keyOf(slice), cluster: config.clusterID }));
}
