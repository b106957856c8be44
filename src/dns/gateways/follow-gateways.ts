import { DNS_TTL, GATEWAY_DNS_HOSTNAME } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInformer } from '../../kube/informer.ts';
import { createFeed, type ZoneFeed } from '../zone-feed.ts';
import type { GatewayIndex } from './gateway-index.ts';

export interface FollowGatewaysOptions {
  readonly client: KubeClient;
  readonly index: GatewayIndex;
  /** Where the slices are. */
  readonly namespace: string;
  readonly logger: Logger;
}

const NOT_READY = { ready: false };
const ANNOTATIONS = [GATEWAY_DNS_HOSTNAME, DNS_TTL];

/** What answers are made of; the rest of an object would only take memory. */
function slim({ apiVersion, kind, metadata, addressType, endpoints }: EndpointSlice): EndpointSlice {
  const { name, namespace = '', uid, resourceVersion } = metadata;
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => ANNOTATIONS.includes(key)));
  const addresses = (endpoints ?? []).map((endpoint) => ({ addresses: endpoint.addresses, ...(endpoint.conditions?.ready === false && { conditions: NOT_READY }) }));
  return { apiVersion, kind, metadata: { name, namespace, annotations, ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) }, addressType, endpoints: addresses };
}

/** Keeps the index in step with the EndpointSlices of a namespace, whoever wrote them. Those without a name for the DNS are nobody's concern. */
export function followGateways({ client, index, namespace, logger }: FollowGatewaysOptions): ZoneFeed {
  const slices = createInformer<EndpointSlice>(client, resources.endpointSlices, { namespace, logger, transform: slim });
  slices.onChange((key, next) => index.set(key, next));
  return createFeed('gateway-feed', [slices]);
}
