import type { Gateway } from '../../api/types/index.ts';
import { activeGateways } from './active-gateway.ts';
import { connectionsOf, type Silence } from './silent-gateway.ts';

/**
 * Clusters that the gateway which carries the tunnels cannot reach, as its probes say. While a
 * connection is only being made, or no gateway is active, nothing is known: what was said `before`
 * holds. An end that is gone, and a connection without probes, say nothing against a cluster. `silent`
 * has the gateways whose agents have fallen silent, by node.
 */
export function findUnreachable(gateways: readonly Gateway[], carriers: ReadonlySet<string>, before: ReadonlySet<string>, silent: ReadonlyMap<string, Silence> = new Map()): ReadonlySet<string> {
  const active = activeGateways(gateways, carriers);
  if (active.length === 0) return before;
  const connections = active.flatMap((gateway) => connectionsOf(gateway, silent.get(gateway.metadata.name)));
  const unreachable = new Set<string>();
  for (const [cluster, own] of Map.groupBy(connections, ({ endpoint }) => endpoint.cluster_id)) {
    // a gateway that has just lost its role may still say what it saw last
    if (own.some(({ status }) => status === 'connected' || status === 'none')) continue;
    if (own.some(({ status }) => status === 'error') || before.has(cluster)) unreachable.add(cluster);
  }
  return unreachable;
}
