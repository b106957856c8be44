import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice } from '../../../../src/api/types/index.ts';
import { type GatewayReport, gatewayTrouble, type HubReport, isHubWell, isServerWell, namesOf, type ServerReport } from '../../../../src/deployers/gateway-dns/gateway-report.ts';

const PART = { context: 'a', namespace: 'xcc-dns', madeBy: 'mcs', version: '1', ready: 1, wanted: 1 } as const;
const condition = (type: string, status: 'True' | 'False', message = '') => ({ type, status, reason: `${type}Reason`, message });
const GOOD = [condition('Accepted', 'True'), condition('GatewaysFound', 'True'), condition('Published', 'True'), condition('Conflicted', 'False')];

function gateway(more: Partial<GatewayReport> = {}): GatewayReport {
  return { namespace: 'dev', name: 'g', service: 'a/b', resolutionType: 'loadBalancer', published: '2/2', conditions: GOOD, clusters: [], ...more };
}

const withCondition = (changed: ReturnType<typeof condition>): Partial<GatewayReport> => ({ conditions: [...GOOD.filter(({ type }) => type !== changed.type), changed] });

describe('gatewayTrouble()', () => {
  it.each([
    [{}, undefined],
    [{ conditions: [] }, 'the hub has not looked at it yet'],
    [withCondition(condition('Accepted', 'False', 'spec.service is wrong')), 'Accepted=False: spec.service is wrong'],
    [withCondition(condition('Published', 'False')), 'Published=False: PublishedReason'],
    [withCondition(condition('Conflicted', 'True', 'dev/older has the name')), 'Conflicted=True: dev/older has the name'],
    [{ clusters: [{ name: 'b', state: 'Unreachable', hostname: 'x' }] }, 'not reached: b'],
  ] as const)('of %j is %j', (more, trouble) => {
    expect(gatewayTrouble(gateway(more))).toBe(trouble);
  });
});

describe('isHubWell()', () => {
  const hub = (more: Partial<HubReport>): HubReport => ({ ...PART, suffix: 'xcc.test', gatewayDNS: [], ...more });

  it.each([
    [hub({}), true],
    [hub({ ready: 0 }), false],
    [hub({ gatewayDNS: [gateway(), gateway({ conditions: [] })] }), false],
    // the original writes no conditions
    [hub({ madeBy: 'cross-cluster-connectivity', gatewayDNS: [gateway({ conditions: [] })] }), true],
  ])('of %j is %s', (report, expected) => {
    expect(isHubWell(report)).toBe(expected);
  });
});

describe('isServerWell()', () => {
  const server = (more: Partial<ServerReport>): ServerReport => ({ ...PART, suffixes: [], names: [], ...more });

  it.each([
    [server({}), true],
    [server({ ready: 0 }), false],
    [server({ wiring: { state: 'wired', message: '', hints: [] } }), true],
    [server({ wiring: { state: 'loading', message: '', hints: [] } }), true],
    [server({ wiring: { state: 'none', message: '', hints: [] } }), true],
    [server({ wiring: { state: 'conflict', message: '', hints: [] } }), false],
    [server({ wiring: { state: 'not-loaded', message: '', hints: [] } }), false],
  ])('of %j is %s', (report, expected) => {
    expect(isServerWell(report)).toBe(expected);
  });
});

describe('namesOf()', () => {
  const slice = (name: string, hostname: string | undefined, addresses: string[], more: Readonly<Record<string, string>> = {}): EndpointSlice => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'xcc-dns', ...(hostname !== undefined && { annotations: { 'connectivity.tanzu.vmware.com/dns-hostname': hostname, ...more } }) },
    addressType: 'IPv4',
    endpoints: [{ addresses }],
    ports: [],
  });

  it('joins slices of one name, in order, and leaves out what is no record', () => {
    const slices = [slice('b', '*.B.test.', ['10.0.0.2']), slice('a', '*.a.test', ['10.0.0.1'], { 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'dev/g', 'mcs.clusterset.local/dns-ttl': '5' }), slice('b2', '*.b.test', ['10.0.0.1', '10.0.0.2']), slice('plain', undefined, ['10.0.0.9'])];
    expect(namesOf(slices)).toEqual([
      { hostname: '*.a.test', addressType: 'IPv4', addresses: ['10.0.0.1'], gatewayDNS: 'dev/g', ttlSeconds: 5 },
      { hostname: '*.b.test', addressType: 'IPv4', addresses: ['10.0.0.1', '10.0.0.2'] },
    ]);
  });
});
