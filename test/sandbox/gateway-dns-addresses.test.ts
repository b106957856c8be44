import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GATEWAY_DNS_HOSTNAME, SERVICE_NAME } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { GatewayDNSSpec } from '../../src/api/types/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { type GatewayFleet, MERGE, namesIn, putGateway, putGatewayDNS, setIngress, sliceIn, startGatewayFleet, statusOf, type Workload } from '../helpers/gateway-hub.ts';

let fleet: GatewayFleet;
let [a, b]: [Workload, Workload] = [] as never;
const A = '*.gateway.cluster-a.dev-team.clusters.xcc.test';
const SLICE = 'dev-team-cluster-a-gateway';

beforeAll(async () => {
  fleet = await startGatewayFleet(2);
  [a, b] = fleet.workloads as [Workload, Workload];
});

afterAll(() => fleet.stop());
afterEach(() => fleet.reset());

const leadsTo = (...addresses: string[]): Promise<unknown> => eventually(async () => expect(await namesIn(b)).toEqual(addresses.length === 0 ? {} : { [A]: addresses }));
const isTold = (expected: object): Promise<unknown> => eventually(async () => expect((await statusOf(fleet.hub.client, 'dev-team/dns')).clusters).toMatchObject([expected]));

async function scene(spec: GatewayDNSSpec = {}): Promise<void> {
  await fleet.addCluster('dev-team/cluster-a', a);
  await fleet.addCluster('dev-team/cluster-b', b, {});
  await putGatewayDNS(fleet.hub.client, 'dev-team/dns', spec);
}

describe('XC-8: load balancers', () => {
  it('with a name only, with IPv6, with both families, with names beside addresses; and from each to the next', async () => {
    await scene();
    await putGateway(a.client, []);
    await fleet.run();
    await isTold({ state: 'NoGateway', message: expect.stringContaining('no address yet') });
    await setIngress(a.client, [{ hostname: 'B.elb.example.com' }, { hostname: 'a.elb.example.com' }]);
    await leadsTo('a.elb.example.com');
    expect(await sliceIn(b, `${SLICE}-fqdn`)).toMatchObject({ addressType: 'FQDN', metadata: { annotations: { [GATEWAY_DNS_HOSTNAME]: A } } });
    await isTold({ state: 'Published', addresses: ['a.elb.example.com'], message: expect.stringContaining('b.elb.example.com') });
    await setIngress(a.client, [{ ip: '2001:DB8::1' }]);
    await leadsTo('2001:db8::1');
    expect((await sliceIn(b, `${SLICE}-ipv6`))?.addressType).toBe('IPv6');
    await setIngress(a.client, [{ ip: '2001:db8::1' }, { ip: '203.0.113.8' }]);
    await leadsTo('2001:db8::1', '203.0.113.8');
    await setIngress(a.client, [{ ip: '203.0.113.8' }, { hostname: 'a.elb.example.com' }]);
    await leadsTo('203.0.113.8');
    await isTold({ message: expect.stringContaining('a.elb.example.com') });
    expect(await sliceIn(b, `${SLICE}-ipv6`)).toBeUndefined();
    await setIngress(a.client, [{ ip: '127.0.0.1' }, { ip: '169.254.1.1' }, { ip: '203.0.113.9' }]);
    await leadsTo('203.0.113.9');
  });

  it('the life of the records stands in the slice', async () => {
    await scene({ ttlSeconds: 60 });
    await putGateway(a.client, ['203.0.113.8']);
    await fleet.run();
    await leadsTo('203.0.113.8');
    const ttlOf = async (): Promise<string | undefined> => (await sliceIn(b, SLICE))?.metadata.annotations?.['mcs.clusterset.local/dns-ttl'];
    expect(await ttlOf()).toBe('60');
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { ttlSeconds: null } });
    await eventually(async () => (await ttlOf()) === undefined);
  });
});

/** A node that is ready. */
async function putNode(name: string, addresses: { type: string; address: string }[]): Promise<void> {
  await a.client.create(resources.nodes, { metadata: { name } });
  await a.client.patch(resources.nodes, name, undefined, MERGE, { status: { addresses, conditions: [{ type: 'Ready', status: 'True' }] } }, { subresource: 'status' });
}

const runsOn = (nodeName: string): object => ({ addressType: 'IPv4', ports: [], endpoints: [{ addresses: ['10.1.0.5'], conditions: { ready: true }, nodeName }] });

describe('gateways on nodes', () => {
  beforeAll(async () => {
    await putNode('edge-1', [{ type: 'InternalIP', address: '10.0.0.1' }, { type: 'ExternalIP', address: '203.0.113.51' }]);
    await putNode('edge-2', [{ type: 'InternalIP', address: '10.0.0.2' }]);
    await a.client.patch(resources.nodes, 'node-1', undefined, MERGE, { metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } } });
  });

  const type = 'NodePort' as const;
  const ports = [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' as const }];

  it('nodePort: all nodes; those with a ready endpoint where traffic stays on the node', async () => {
    await scene({ resolutionType: 'nodePort' });
    await putGateway(a.client, [], 'projectcontour/envoy', { type, ports });
    await fleet.run();
    await leadsTo('10.0.0.2', '203.0.113.51');
    await a.client.patch(resources.services, 'envoy', 'projectcontour', MERGE, { spec: { externalTrafficPolicy: 'Local' } });
    await leadsTo();
    await a.client.create(resources.endpointSlices, { metadata: { name: 'envoy-x', namespace: 'projectcontour', labels: { [SERVICE_NAME]: 'envoy' } }, ...runsOn('edge-2') } as never);
    await leadsTo('10.0.0.2');
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { nodeAddressType: 'ExternalIP' } });
    await leadsTo();
    await isTold({ state: 'NoGateway', message: expect.stringContaining('ExternalIP') });
  });

  it('hostPort: the nodes that its pods run on, wherever they move', async () => {
    await scene({ resolutionType: 'hostPort' });
    await putGateway(a.client, [], 'projectcontour/envoy', { type: 'ClusterIP' });
    await a.client.create(resources.endpointSlices, { metadata: { name: 'envoy-x', namespace: 'projectcontour', labels: { [SERVICE_NAME]: 'envoy' } }, ...runsOn('edge-1') } as never);
    await fleet.run();
    await leadsTo('203.0.113.51');
    await a.client.patch(resources.endpointSlices, 'envoy-x', 'projectcontour', MERGE, runsOn('edge-2'));
    await leadsTo('10.0.0.2');
    await a.client.patch(resources.nodes, 'edge-2', undefined, MERGE, { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.3' }] } }, { subresource: 'status' });
    await leadsTo('10.0.0.3');
  });
});

describe('gateways that stop answering', () => {
  const healthCheck = { intervalSeconds: 1, failureThreshold: 1 };
  let silent: Set<string>;
  let asked: Map<string, number>;
  const ask = ({ address }: { address: string }): Promise<boolean> => {
    asked.set(address, (asked.get(address) ?? 0) + 1);
    return Promise.resolve(!silent.has(address));
  };
  const wasAsked = (address: string): Promise<unknown> => {
    const before = asked.get(address) ?? 0;
    return eventually(() => (asked.get(address) ?? 0) > before);
  };

  async function begin(): Promise<void> {
    [silent, asked] = [new Set(), new Map()];
    await scene({ healthCheck });
    await putGateway(a.client, ['203.0.113.8', '203.0.113.9']);
  }

  it('are left out, the last one kept, also after a restart of the hub; and are back when they answer', async () => {
    await begin();
    const first = await fleet.run({ ask });
    await leadsTo('203.0.113.8', '203.0.113.9');
    await Promise.all([wasAsked('203.0.113.8'), wasAsked('203.0.113.9')]);
    silent.add('203.0.113.9');
    await leadsTo('203.0.113.8');
    await isTold({ addresses: ['203.0.113.8'], withheld: ['203.0.113.9'] });
    silent.add('203.0.113.8');
    await wasAsked('203.0.113.8');
    await leadsTo('203.0.113.8');
    await first.stop();
    // before the next hub has asked anybody
    const second = await fleet.run({ ask: () => new Promise(() => undefined) });
    await eventually(async () => expect(await second.registry.metrics()).toMatch(/mcs_gateway_dns_deliveries\{state="current"\} 2/));
    expect(await second.registry.metrics()).toMatch(/mcs_gateway_dns_withheld_addresses 1/);
    await leadsTo('203.0.113.8');
    expect(second.link.writes).toEqual([]);
  });

  it('one that never answered is kept, for it may be that the hub cannot reach it', async () => {
    await begin();
    silent.add('203.0.113.9');
    await fleet.run({ ask });
    await wasAsked('203.0.113.9');
    await wasAsked('203.0.113.9');
    await leadsTo('203.0.113.8', '203.0.113.9');
    silent.delete('203.0.113.9');
    await wasAsked('203.0.113.9');
    silent.add('203.0.113.9');
    await leadsTo('203.0.113.8');
    silent.delete('203.0.113.9');
    await leadsTo('203.0.113.8', '203.0.113.9');
  });

  it('are not asked where the hub or their GatewayDNS says so; what was left out is back', async () => {
    await begin();
    const first = await fleet.run({ ask });
    await Promise.all([wasAsked('203.0.113.8'), wasAsked('203.0.113.9')]);
    silent.add('203.0.113.9');
    await isTold({ withheld: ['203.0.113.9'] });
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { healthCheck: { enabled: false } } });
    await leadsTo('203.0.113.8', '203.0.113.9');
    expect(await first.registry.metrics()).toMatch(/mcs_gateway_dns_probed_addresses 0/);
    await first.stop();
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { healthCheck: { enabled: true } } });
    const second = await fleet.run({ ask, healthChecks: false });
    await eventually(async () => expect(await second.registry.metrics()).toMatch(/mcs_gateway_dns_names\{content="records"\} 1/));
    expect(await second.registry.metrics()).toMatch(/mcs_gateway_dns_probed_addresses 0/);
  });
});
