import type { ConnectionState } from '../api/types/index.ts';
import { carriersIn } from './data-plane.ts';
import { parseGoDuration } from '../base/go-duration.ts';
import { type Fleet, type FleetMember, nameOf } from './survey-fleet.ts';

/** Times of probes there and back through one tunnel, as the gateway of `from` measures them, ms. */
export interface Latency {
  readonly from: string;
  readonly gateway: string;
  readonly to: string;
  readonly remoteGateway: string;
  readonly status: ConnectionState;
  readonly average: number;
  readonly min?: number;
  readonly max?: number;
  readonly last?: number;
}

function latenciesOf(cluster: FleetMember): readonly Latency[] {
  const from = nameOf(cluster);
  const state = cluster.state.member?.dataPlane;
  if (state === undefined) return [];
  return carriersIn(from, state).flatMap(({ gateway, connections }) =>
    connections.flatMap(({ endpoint, latencyRTT = {}, status }): readonly Latency[] => {
      const [average, min, max, last] = [latencyRTT.average, latencyRTT.min, latencyRTT.max, latencyRTT.last].map((time) => parseGoDuration(time ?? ''));
      if (average === undefined) return [];
      return [{ from, gateway: gateway.metadata.name, to: endpoint.cluster_id, remoteGateway: endpoint.hostname, status, average, ...(min !== undefined && { min }), ...(max !== undefined && { max }), ...(last !== undefined && { last }) }];
    }),
  );
}

/** The tunnels of a fleet that probes came back through, slowest first. */
export function findLatencies({ clusters }: Fleet): readonly Latency[] {
  return clusters.flatMap(latenciesOf).toSorted((a, b) => b.average - a.average);
}
