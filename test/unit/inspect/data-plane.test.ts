import { describe, expect, it } from '@jest/globals';
import type { RouteAgent } from '../../../src/api/types/index.ts';
import { apiVersionOf, resources } from '../../../src/api/resources.ts';
import { connectionRows, endpointRows, gatewayRows } from '../../../src/inspect/data-plane.ts';
import { gateway, type GatewayOptions, routeAgent } from '../../helpers/gateways.ts';
import { cableSpec } from '../../helpers/member-records.ts';

describe('connectionRows', () => {
  it('has a row for each tunnel, with the reason where it is not connected', () => {
    const gateways = [gateway('west', 'node-1', { connections: ['east', 'south=error no answer to probes for 6s'] }), gateway('west', 'node-2', { haStatus: 'passive' })];
    const rows = connectionRows('west', { gateways, endpoints: [], routeAgents: [] });
    expect(rows.map(({ cluster, gateway: node, remoteCluster, remoteGateway, remoteIP, status, message, averageRTT }) => [cluster, node, remoteCluster, remoteGateway, remoteIP, status, message, averageRTT])).toEqual([
      ['west', 'node-1', 'east', 'east-gateway', '192.0.2.1', 'connected', '', '1.5ms'],
      ['west', 'node-1', 'south', 'south-gateway', '192.0.2.1', 'error', 'no answer to probes for 6s', ''],
    ]);
  });
});

describe('a gateway whose node is gone', () => {
  const gateways = [gateway('west', 'node-1', { connections: ['east'] }), gateway('west', 'node-2', { connections: ['east=connecting'] })];
  const endpoints = [{ apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata: { name: 'x' }, spec: cableSpec('west', '192.0.2.2', { hostname: 'node-2' }) }];

  it('shows none of its tunnels', () => {
    expect(connectionRows('west', { gateways, endpoints, routeAgents: [] }).map(({ gateway: node }) => node)).toEqual(['node-2']);
  });

  it('is said to be so', () => {
    expect(gatewayRows('west', { gateways, endpoints, routeAgents: [] }).map(({ summary }) => summary)).toEqual(['Says nothing any more: the tunnels go by node-2', '0 connections out of 1 are established']);
  });
});

describe('a gateway whose agent has fallen silent', () => {
  const gateways = [gateway('west', 'node-1', { connections: ['east', 'south=none'] })];
  const silent = 'gateway agent of node-1 has not reported for 40 s';

  it.each<[string, number | undefined, RouteAgent[], string[], string]>([
    ['has just reported', 2, [], ['connected ', 'none '], '1 connections out of 2 are established, 1 not probed'],
    ['cannot be told to have or not', undefined, [], ['connected ', 'none '], '1 connections out of 2 are established, 1 not probed'],
    ['has not', 40, [routeAgent('node-1', ['east'])], [`error ${silent}`, `error ${silent}`], 'Has not reported for 40 s; 0 connections out of 2 are established'],
    ['has not, and others get no answers', 40, [routeAgent('node-2', ['east=error'])], [`error ${silent}`, `error ${silent}`], 'Has not reported for 40 s; 0 connections out of 2 are established'],
    ['has not, but others get answers', 40, [routeAgent('node-2', ['east', 'south=none'])], [`connected ${silent}; other nodes get answers through it`, `error ${silent}`], 'Has not reported for 40 s; 1 connections out of 2 are established'],
  ])('where it %s', (_case, leaseAge, routeAgents, connections, summary) => {
    const state = { gateways, endpoints: [], routeAgents, ...(leaseAge !== undefined && { leaseAge }) };
    expect(connectionRows('west', state).map(({ status, message }) => `${status} ${message}`)).toEqual(connections);
    expect(gatewayRows('west', state).map((row) => row.summary)).toEqual([summary]);
  });
});

describe('endpointRows', () => {
  it('begins with the own ends', () => {
    const endpoints = ['south', 'west', 'east'].map((cluster) => ({ apiVersion: apiVersionOf(resources.cableEndpoints), kind: 'Endpoint', metadata: { name: cluster }, spec: cableSpec(cluster, '192.0.2.7', { public_ip: '203.0.113.1' }) }));
    expect(endpointRows('west', { endpoints }).map(({ endpointCluster, endpointIP, publicIP, cableDriver, type }) => [endpointCluster, endpointIP, publicIP, cableDriver, type])).toEqual([
      ['west', '192.0.2.7', '203.0.113.1', 'vxlan', 'local'],
      ['east', '192.0.2.7', '203.0.113.1', 'vxlan', 'remote'],
      ['south', '192.0.2.7', '203.0.113.1', 'vxlan', 'remote'],
    ]);
  });
});

describe('gatewayRows', () => {
  const cases: [string, GatewayOptions, string][] = [
    ['all is well', { connections: ['east', 'south'] }, 'All connections (2) are established'],
    ['nothing probes', { connections: ['east=none', 'south'] }, '1 connections out of 2 are established, 1 not probed'],
    ['one is not', { connections: ['east', 'south=connecting'] }, '1 connections out of 2 are established'],
    ['there are none', {}, 'There are no connections'],
    ['it stands by', { haStatus: 'passive' }, 'Stands by'],
    ['it fails', { failure: 'no address in the pod range', connections: ['east'] }, 'no address in the pod range'],
  ];
  it.each(cases)('says so where %s', (_case, options, summary) => {
    expect(gatewayRows('west', { gateways: [gateway('west', 'node-1', options)], endpoints: [], routeAgents: [] }).map((row) => row.summary)).toEqual([summary]);
  });

  it('says that an agent has not spoken yet', () => {
    const gateways = [{ apiVersion: 'submariner.io/v1', kind: 'Gateway', metadata: { name: 'node-1' } }];
    expect(gatewayRows('west', { gateways, endpoints: [], routeAgents: [] })).toEqual([{ cluster: 'west', node: 'node-1', haStatus: 'unknown', connected: 0, connections: 0, summary: 'The gateway has said nothing of itself yet' }]);
  });
});
