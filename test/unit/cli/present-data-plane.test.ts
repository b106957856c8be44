import { describe, expect, it } from '@jest/globals';
import { connectionSection, endpointSection, gatewaySection } from '../../../src/cli/present-data-plane.ts';
import { formatTable } from '../../../src/cli/sections.ts';
import { connectionRows, gatewayRows } from '../../../src/inspect/data-plane.ts';
import { gateway } from '../../helpers/gateways.ts';

const GATEWAYS = [gateway('west', 'node-1', { connections: ['east', 'south=error no answer'] })];

describe('connectionSection', () => {
  it('shows each tunnel with what is wrong with it', () => {
    const { columns, rows } = connectionSection(connectionRows('west', { gateways: GATEWAYS, endpoints: [], routeAgents: [] }));
    expect(formatTable(columns, rows)).toBe(
      [
        'CLUSTER   REMOTE CLUSTER   GATEWAY         REMOTE IP   NAT   CABLE DRIVER   SUBNETS           STATUS             RTT AVG',
        'west      east             east-gateway    192.0.2.1   no    vxlan          198.51.100.0/24   connected          1.5ms',
        'west      south            south-gateway   192.0.2.1   no    vxlan          198.51.100.0/24   error: no answer   -',
      ].join('\n'),
    );
  });
});

describe('gatewaySection', () => {
  it('shows what each gateway says', () => {
    const { columns, rows } = gatewaySection(gatewayRows('west', { gateways: GATEWAYS, endpoints: [], routeAgents: [] }));
    expect(formatTable(columns, rows)).toBe(['CLUSTER   NODE     HA STATUS   SUMMARY', 'west      node-1   active      1 connections out of 2 are established'].join('\n'));
  });
});

it.each([
  ['connections', connectionSection, 'there are no connections'],
  ['endpoints', endpointSection, 'no gateway has made itself known: mcs gateway label <node> makes one'],
  ['gateways', gatewaySection, 'no node is a gateway: mcs gateway label <node> makes one'],
] as const)('tells no %s from no data plane', (_what, sectionOf, empty) => {
  expect(sectionOf([])).toMatchObject({ rows: [], empty });
  expect(sectionOf({ installed: false, message: 'the data plane is not installed' })).toMatchObject({ rows: [], empty: 'the data plane is not installed' });
});
