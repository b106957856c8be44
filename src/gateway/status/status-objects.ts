import { UPDATE_TIMESTAMP } from '../../api/data-plane.ts';
import type { CableConnection, CableEndpointSpec, Gateway, RemotePath, RouteAgent } from '../../api/types/index.ts';
import type { Draft } from '../../kube/client.ts';

export interface GatewayStatusFacts {
  readonly nodeName: string;
  readonly version: string;
  readonly isActive: boolean;
  readonly statusFailure: string;
  readonly localEndpoint: CableEndpointSpec;
  readonly connections: readonly CableConnection[];
  /** ms since the epoch. */
  readonly now: number;
}

/** The Gateway object of a gateway node. A standby has no connections. */
export function buildGateway({ nodeName, version, isActive, statusFailure, localEndpoint, connections, now }: GatewayStatusFacts): Draft<Gateway> {
  return {
    metadata: { name: nodeName, annotations: { [UPDATE_TIMESTAMP]: String(Math.floor(now / 1_000)) } },
    status: { version, haStatus: isActive ? 'active' : 'passive', statusFailure, localEndpoint, connections: isActive ? [...connections] : [] },
  };
}

export interface RouteAgentFacts {
  readonly nodeName: string;
  readonly version: string;
  readonly statusFailure: string;
  readonly remoteEndpoints: readonly RemotePath[];
  readonly conditions: NonNullable<NonNullable<RouteAgent['status']>['conditions']>;
}

/** The RouteAgent object of a node. */
export function buildRouteAgent({ nodeName, version, statusFailure, remoteEndpoints, conditions }: RouteAgentFacts): Draft<RouteAgent> {
  return { metadata: { name: nodeName }, status: { version, statusFailure, remoteEndpoints: [...remoteEndpoints], conditions } };
}

/** All of a status but its figures, which change all the time: what is worth a write at once. */
export function withoutFigures(paths: readonly (CableConnection | RemotePath)[]): unknown[] {
  return paths.map(({ latencyRTT: _times, statusMessage: _message, ...rest }) => rest);
}
