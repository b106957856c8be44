import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { DNS_TTL, GATEWAY_DNS_HOSTNAME, SERVICE_NAME } from '../../src/api/labels.ts';
import { MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { type DnsAgent, startDnsAgent } from '../helpers/dns-agent.ts';
import { eventually } from '../helpers/eventually.ts';

const CONFIG = { clusterID: 'west', clusterUID: 'u', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: [], brokerNamespace: 'submariner-k8s-broker', settings: {} };
const MEMBER = { shipped: { template: 'member/dns-role.yaml', placeholder: '${memberNamespace}' }, account: 'mcs-dns', namespace: MEMBER_NAMESPACE };
const GATEWAYS = { account: 'dns-server', namespace: XCC_NAMESPACE };
const GATEWAY = 'gateway.cluster-a.dev-team.clusters.xcc.test';

/** A slice as a hub writes it, or a user. */
function slice(name: string, hostname: string | undefined, addresses: string[], addressType: EndpointSlice['addressType'] = 'IPv4', annotations: Record<string, string> = {}) {
  const all = { ...annotations, ...(hostname !== undefined && { [GATEWAY_DNS_HOSTNAME]: hostname }) };
  return { metadata: { name, namespace: XCC_NAMESPACE, labels: { [SERVICE_NAME]: name }, annotations: all }, addressType, endpoints: [{ addresses }] };
}

describe('the dns agent', () => {
  let api: TestApiServer;
  let client: KubeClient;
  let agent: DnsAgent;

  beforeAll(async () => {
    api = await startTestApiServer();
    client = api.client();
    for (const name of [MEMBER_NAMESPACE, 'shop', 'bank']) await client.create(resources.namespaces, { metadata: { name } });
  });
  afterEach(() => agent.stop());
  afterAll(() => api.stop());

  /** Addresses, or the code of the failure. */
  const lookUp = (name: string): Promise<string[] | string> => agent.dns.resolve4(name).then((found) => found.sort(), (error: unknown) => (error as NodeJS.ErrnoException).code ?? '');
  const becomes = async (name: string, expected: string[] | string): Promise<void> => {
    await eventually(async () => expect(await lookUp(name)).toEqual(expected));
  };
  const resolveOverHttp = async (name: string, type: string): Promise<unknown> => JSON.parse(await agent.get(`/resolve?name=${name}.&type=${type}`)) as unknown;

  it('of a member: becomes ready, answers by DNS and over HTTP, and ends with SIGTERM', async () => {
    const ports = [{ name: 'http', port: 80 }];
    for (const [namespace, ip] of [['shop', '10.0.0.1'], ['bank', '10.0.0.2']] as const) await client.create(resources.serviceImports, { metadata: { name: 'web', namespace }, spec: { type: 'ClusterSetIP', ips: [ip], ports } });
    agent = await startDnsAgent(api, { ...MEMBER, config: CONFIG });
    await agent.ready();
    expect([await lookUp('web.shop.svc.clusterset.local'), await lookUp('ns.dns.clusterset.local')]).toEqual([['10.0.0.1'], ['127.0.0.1']]);
    expect(await resolveOverHttp('web.shop.svc.clusterset.local', 'A')).toMatchObject({ Status: 0, Answer: [{ data: '10.0.0.1' }] });
    expect(await lookUp(`kuard.${GATEWAY}`)).toBe('EREFUSED');

    // names of cluster.local fall through as the ConfigMap says at present
    expect(await lookUp('web.shop.svc.cluster.local')).toBe('ENOTFOUND');
    const config = { name: MEMBER_CLUSTER_LOCAL, namespace: MEMBER_NAMESPACE };
    await client.create(resources.configMaps, { metadata: config, data: { fallthrough: 'shop' } });
    await becomes('web.shop.svc.cluster.local', ['10.0.0.1']);
    expect(await lookUp('web.bank.svc.cluster.local')).toBe('ENOTFOUND');
    await client.patch(resources.configMaps, config.name, config.namespace, 'application/merge-patch+json', { data: { fallthrough: '*' } });
    await becomes('web.bank.svc.cluster.local', ['10.0.0.2']);
    expect(await resolveOverHttp('web.bank.svc.cluster.local', 'A')).toMatchObject({ Status: 0, Answer: [{ data: '10.0.0.2' }] });
    await client.delete(resources.configMaps, config.name, config.namespace);
    await becomes('web.bank.svc.cluster.local', 'ENOTFOUND');

    const metrics = await agent.get('/metrics');
    expect(metrics).toContain('mcs_dns_queries_total{transport="udp",type="A",rcode="NOERROR"}');
    expect(metrics).toContain('mcs_dns_zone_queries_total{zone="cluster.local",rcode="NXDOMAIN"}');
    expect(metrics).toContain('mcs_dns_services 2');
    const exited = once(agent.process, 'exit');
    agent.process.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }, 40_000);

  it('of gateways: has several zones with the rights of its Role, and follows every slice of its namespace', async () => {
    await client.create(resources.namespaces, { metadata: { name: XCC_NAMESPACE } });
    await client.create(resources.endpointSlices, slice('dev-team-cluster-a-gateway', `*.${GATEWAY}`, ['10.8.0.1'], 'IPv4', { [DNS_TTL]: '60' }));
    await client.create(resources.endpointSlices, slice('dev-team-cluster-a-gateway-ipv6', `*.${GATEWAY}`, ['fd00::1'], 'IPv6'));
    agent = await startDnsAgent(api, { ...GATEWAYS, shipped: { template: 'gateway-dns/dns-server.yaml', placeholder: '${namespace}' }, env: { MCS_DNS_GATEWAYS: 'true', MCS_DNS_SUFFIXES: 'xcc.test,example.test', NAMESPACE: XCC_NAMESPACE } });
    await agent.ready();
    expect(await agent.dns.resolve4(`kuard.${GATEWAY}`, { ttl: true })).toEqual([{ address: '10.8.0.1', ttl: 60 }]);
    expect(await agent.dns.resolve6(`kuard.${GATEWAY}`)).toEqual(['fd00::1']);
    expect(await agent.dns.resolveSoa('example.test')).toMatchObject({ nsname: 'ns.dns.example.test', hostmaster: 'hostmaster.example.test' });
    expect([await lookUp(GATEWAY), await lookUp('none.xcc.test'), await lookUp('web.shop.svc.clusterset.local')]).toEqual(['ENODATA', 'ENOTFOUND', 'EREFUSED']);

    // XC-15, XC-22: a user's own record before the wildcard, and the wildcard again without it
    await client.create(resources.endpointSlices, slice('own', `kuard.${GATEWAY}`, ['10.8.0.9']));
    await becomes(`kuard.${GATEWAY}`, ['10.8.0.9']);
    await client.patch(resources.endpointSlices, 'own', XCC_NAMESPACE, 'application/merge-patch+json', { metadata: { annotations: { [GATEWAY_DNS_HOSTNAME]: null } } });
    await becomes(`kuard.${GATEWAY}`, ['10.8.0.1']);
    await client.delete(resources.endpointSlices, 'own', XCC_NAMESPACE);
    // XC-22: a slice that never was a record goes, and the program goes on
    await client.create(resources.endpointSlices, slice('dns-server-x7k2p', undefined, ['10.1.0.1']));
    await client.delete(resources.endpointSlices, 'dns-server-x7k2p', XCC_NAMESPACE);

    // XC-18: a name that leads to another one of ours, and one that leads outside
    await client.create(resources.endpointSlices, slice('alias', 'www.example.test', [`kuard.${GATEWAY}`], 'FQDN'));
    await becomes('www.example.test', ['10.8.0.1']);
    expect(await agent.dns.resolveCname('www.example.test')).toEqual([`kuard.${GATEWAY}`]);
    expect(await resolveOverHttp('www.example.test', 'A')).toMatchObject({ Status: 0, Answer: [{ type: 5, data: `kuard.${GATEWAY}` }, { type: 1, data: '10.8.0.1' }] });
    await client.create(resources.endpointSlices, slice('outside', 'outside.example.test', ['lb.invalid'], 'FQDN'));
    await eventually(async () => expect(await agent.dns.resolveCname('outside.example.test')).toEqual(['lb.invalid']));

    const metrics = await agent.get('/metrics');
    expect(metrics).toContain('mcs_dns_gateway_names 3');
    expect(metrics).toContain('mcs_dns_zone_queries_total{zone="gateways",rcode="NOERROR"}');
    expect(agent.log()).not.toContain('"level":"error"');
  }, 40_000);

  it('of gateways, without suffixes: has the zones that its records have', async () => {
    agent = await startDnsAgent(api, { ...GATEWAYS, env: { MCS_DNS_GATEWAYS: 'true' } });
    await agent.ready();
    expect([await lookUp(`kuard.${GATEWAY}`), await lookUp('none.xcc.test'), await lookUp('www.example.test'), await lookUp('kuard.other.test')]).toEqual([['10.8.0.1'], 'ENOTFOUND', ['10.8.0.1'], 'EREFUSED']);
    const other = await client.create(resources.endpointSlices, slice('other', '*.gateway.cluster-b.dev-team.clusters.other.test', ['10.8.0.2']));
    await becomes('kuard.gateway.cluster-b.dev-team.clusters.other.test', ['10.8.0.2']);
    await client.delete(resources.endpointSlices, other.metadata.name, XCC_NAMESPACE);
    await becomes('kuard.gateway.cluster-b.dev-team.clusters.other.test', 'ENOTFOUND');
  }, 40_000);

  it('says what it lacks where it is neither a member nor has gateways', async () => {
    agent = await startDnsAgent(api, GATEWAYS);
    expect(await once(agent.process, 'exit')).toEqual([1, null]);
    expect(agent.log()).toContain('Cannot read /etc/mcs/config.json');
  }, 40_000);
});
