import type { CableEndpoint, Gateway } from '../../api/types/index.ts';

/** Nodes that the Endpoints of a cluster name: the gateway that carries its tunnels, and while it takes over its predecessor. */
export function carriersOf(endpoints: readonly CableEndpoint[], cluster: string): ReadonlySet<string> {
  return new Set(endpoints.filter(({ spec }) => spec.cluster_id === cluster).map(({ spec }) => spec.hostname));
}

/**
 * Gateways that carry the tunnels. The last words of one whose node is gone still call it active,
 * so the Endpoint decides, once there is one.
 */
export function activeGateways(gateways: readonly Gateway[], carriers: ReadonlySet<string>): readonly Gateway[] {
  return gateways.filter(({ metadata, status }) => status?.haStatus === 'active' && (carriers.size === 0 || carriers.has(metadata.name)));
}
