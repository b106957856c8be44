import type { CableConnection, Gateway, RouteAgent } from '../../api/types/index.ts';

/**
 * The agent of a gateway writes its Gateway object every 5 s, so after so long it has missed two
 * writes and most of a third. Its last words do not count then: the node may be gone.
 */
export const SILENT_SECONDS = 15;

/** A gateway whose agent has fallen silent. */
export interface Silence {
  readonly seconds: number;
  /** Clusters that other nodes still reach through it, as their own probes say. */
  readonly reached: ReadonlySet<string>;
}

/**
 * Clusters that most of the other nodes reach, by the probes that go through the gateway. A gateway
 * that cannot reach its API server falls silent too, and goes on forwarding all the same.
 */
export function clustersReached(agents: readonly RouteAgent[], gatewayNode: string): ReadonlySet<string> {
  const ways = agents.filter(({ metadata }) => metadata.name !== gatewayNode).flatMap(({ status }) => status?.remoteEndpoints ?? []);
  const byCluster = Map.groupBy(ways, ({ spec }) => spec.cluster_id);
  const count = (cluster: string, wanted: string): number => (byCluster.get(cluster) ?? []).filter(({ status }) => status === wanted).length;
  return new Set([...byCluster.keys()].filter((cluster) => count(cluster, 'connected') > count(cluster, 'error')));
}

/** Connections of a gateway as they are to be taken: what a silent one said last is not believed. */
export function connectionsOf({ metadata, status }: Gateway, silence: Silence | undefined): readonly CableConnection[] {
  const connections = status?.connections ?? [];
  if (silence === undefined) return connections;
  const silent = `gateway agent of ${metadata.name} has not reported for ${silence.seconds} s`;
  return connections.map(({ latencyRTT: _old, ...connection }) =>
    silence.reached.has(connection.endpoint.cluster_id)
      ? { ...connection, status: 'connected', statusMessage: `${silent}; other nodes get answers through it` }
      : { ...connection, status: 'error', statusMessage: silent },
  );
}
