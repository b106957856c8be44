import type { Gateway } from '../../api/types/index.ts';
import { activeGateways } from './active-gateway.ts';

/**
 * Clusters that the gateway which carries the tunnels cannot reach, as its probes say. While a
 * connection is only being made, or no gateway is active, nothing is known: what was said `before`
 * holds. An end that is gone, and a connection without probes, say nothing against a cluster.
 */
export function findUnreachable(gateways: readonly Gateway[], carriers: ReadonlySet<string>, before: ReadonlySet<string>): ReadonlySet<string> {
  const active = activeGateways(gateways, carriers);
  if (active.length === 0) return before;
  const connections = active.flatMap(({ status }) => status?.connections ?? []);
  const unreachable = new Set<string>();
  for (const [cluster, own] of Map.groupBy(connections, ({ endpoint }) => endpoint.cluster_id)) {
    // a gateway that has just lost its role may still say what it saw last
    if (own.some(({ status }) => status === 'connected' || status === 'none')) continue;
    if (own.some(({ status }) => status === 'error') || before.has(cluster)) unreachable.add(cluster);
  }
  return unreachable;
}
