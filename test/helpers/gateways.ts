import type { CableConnection, Condition, ConnectionState, Gateway, Node, RouteAgent } from '../../src/api/types/index.ts';
import { cableSpec } from './member-records.ts';

/** `east`, `east=error`, `east=error because of this`: the tunnel to a cluster, as a gateway sees it. */
export function connection(text: string): CableConnection {
  const [, cluster = '', status = 'connected', statusMessage = ''] = /^([^=]+)(?:=(\S+) ?(.*))?$/.exec(text) ?? [];
  return {
    status: status as ConnectionState,
    statusMessage,
    endpoint: cableSpec(cluster, '192.0.2.1'),
    usingIP: '192.0.2.1',
    usingNAT: false,
    ...(status === 'connected' && { latencyRTT: { last: '1ms', min: '1ms', average: '1.5ms', max: '2ms', stdDev: '0s' } }),
  };
}

export interface GatewayOptions {
  readonly haStatus?: 'active' | 'passive';
  readonly connections?: readonly string[];
  readonly failure?: string;
  readonly subnets?: readonly string[];
  readonly healthCheckIP?: string;
}

/** Gateway object of a node of a cluster. */
export function gateway(cluster: string, node: string, { haStatus = 'active', connections = [], failure = '', subnets = ['10.2.0.0/16'], healthCheckIP }: GatewayOptions = {}): Gateway {
  const localEndpoint = cableSpec(cluster, '192.0.2.2', { hostname: node, subnets: [...subnets], ...(healthCheckIP !== undefined && { healthCheckIP }) });
  return { apiVersion: 'submariner.io/v1', kind: 'Gateway', metadata: { name: node }, status: { version: '1', haStatus, statusFailure: failure, localEndpoint, connections: connections.map(connection) } };
}

/** RouteAgent object of a node, with conditions such as `HostReady=False VxlanMissing there is no module vxlan`. */
export function routeAgent(node: string, paths: readonly string[] = [], conditions: readonly string[] = []): RouteAgent {
  const parse = (text: string): Condition => {
    const [, type = '', status = '', reason = '', message = ''] = /^(\w+)=(\w+) (\w+) ?(.*)$/.exec(text) ?? [];
    return { type, status: status as Condition['status'], reason, message, lastTransitionTime: '' };
  };
  const remoteEndpoints = paths.map(connection).map(({ status, statusMessage, endpoint }) => ({ status, statusMessage, spec: endpoint }));
  return { apiVersion: 'submariner.io/v1', kind: 'RouteAgent', metadata: { name: node }, status: { version: '1', statusFailure: '', remoteEndpoints, conditions: conditions.map(parse) } };
}

/** A node, ready or not, with the gateway label or without. */
export function labelledNode(name: string, isGateway: boolean, isReady = true): Node {
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: isGateway ? { 'submariner.io/gateway': 'true' } : {} }, status: { conditions } };
}
