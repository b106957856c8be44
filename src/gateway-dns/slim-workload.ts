import type { EndpointSlice, Node, Service } from '../api/types/index.ts';
import type { Sharing } from '../base/shared-values.ts';
import { slimObject } from '../sync/slim-objects.ts';

/*
 * What is kept of the objects of a workload cluster: what `plan/find-gateway.ts` reads. Annotations
 * and most labels are long, and nobody reads them.
 */

function withoutAnnotations<T extends Service | Node | EndpointSlice>({ metadata: { annotations: _annotations, ...metadata } }: T): T['metadata'] {
  return metadata;
}

/** Leaves of a Service its type, ports and load balancer. */
export function slimGatewayService(service: Service, sharing: Sharing): Service {
  const { apiVersion, kind, spec, status } = service;
  const { labels: _labels, ...metadata } = withoutAnnotations(service);
  const { type, ports, externalTrafficPolicy } = spec;
  const slim = { type, ports, externalTrafficPolicy } as Service['spec'];
  return slimObject({ apiVersion, kind, metadata, spec: slim, ...(status?.loadBalancer && { status: { loadBalancer: status.loadBalancer } }) }, sharing);
}

/** Leaves of a Node its labels, addresses and whether it is ready. */
export function slimGatewayNode(node: Node, sharing: Sharing): Node {
  const { apiVersion, kind, status } = node;
  const conditions = status?.conditions?.filter(({ type }) => type === 'Ready').map(({ type, status: value }) => sharing.value({ type, status: value })) ?? [];
  return slimObject({ apiVersion, kind, metadata: withoutAnnotations(node), status: { addresses: status?.addresses ?? [], conditions } }, sharing);
}

/** Leaves of a slice of a gateway's Service the nodes of its endpoints. */
export function slimGatewaySlice(slice: EndpointSlice, sharing: Sharing): EndpointSlice {
  const { apiVersion, kind, addressType } = slice;
  const endpoints = (slice.endpoints ?? []).map(({ conditions, nodeName }) => ({
    addresses: [],
    ...(conditions && { conditions: sharing.value(conditions) }),
    ...(nodeName !== undefined && { nodeName: sharing.text(nodeName) }),
  }));
  return slimObject({ apiVersion, kind, metadata: withoutAnnotations(slice), addressType, endpoints }, sharing);
}

/** A slice with addresses of gateways, with one copy of what is the same in all clusters that have it; `sharing` is that of all clusters. */
export function slimTargetSlice(slice: EndpointSlice, sharing: Sharing): EndpointSlice {
  const { metadata, ...slim } = slimObject(slice, sharing);
  return {
    ...slim,
    metadata: { ...metadata, name: sharing.text(metadata.name), ...(metadata.labels && { labels: sharing.value(metadata.labels) }), ...(metadata.annotations && { annotations: sharing.value(metadata.annotations) }) },
    ...(slice.endpoints && { endpoints: sharing.value(slice.endpoints) }),
    ...(slice.ports && { ports: sharing.value(slice.ports) }),
  };
}
