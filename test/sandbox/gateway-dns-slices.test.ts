import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice } from '../../src/api/types/index.ts';
import { composeName, type NameContent } from '../../src/gateway-dns/plan/compose-name.ts';
import { originOf } from '../../src/gateway-dns/plan/names.ts';
import { planSlices } from '../../src/gateway-dns/plan/plan-slices.ts';
import { applyPlan } from '../../src/sync/apply-plan.ts';
import { countWrites } from '../../src/sync/plan.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { ENVOY, foundGateway, gatewayDNS, lookups, planOf } from '../helpers/gateway-dns.ts';

const NAME = 'dev-team-cluster-a-gateway';
const name = planOf([gatewayDNS('dev-team/gateways', { ...ENVOY, ttlSeconds: 9 })]);
const withoutTtl = planOf([gatewayDNS('dev-team/gateways')]);

describe('slices of gateways on an API server', () => {
  let server: TestApiServer;

  beforeAll(async () => {
    server = await startTestApiServer();
    await server.client().create(resources.namespaces, { metadata: { name: 'xcc-dns' } });
  });
  afterAll(() => server.stop());

  const found = (...addresses: string[]): NameContent => composeName(name, lookups(name, foundGateway(addresses)));
  const slices = async (): Promise<EndpointSlice[]> => (await server.client().list(resources.endpointSlices, { namespace: 'xcc-dns' })).items;

  /** Writes what is planned; gives the number of writes. A second plan must have none. */
  async function deliver(content: NameContent, plan = name): Promise<number> {
    const planned = async (): Promise<ReturnType<typeof planSlices>> => planSlices({ owner: 'gateway-dns-hub', namespace: 'xcc-dns', origin: originOf(plan.cluster), name: plan, content, targetKeys: ['dev-team/cluster-b'], standing: await slices() });
    const first = await planned();
    await applyPlan(server.client(), resources.endpointSlices, first, { owner: 'gateway-dns-hub', fieldManager: 'mcs-gateway-dns' });
    expect(countWrites(await planned())).toBe(0);
    return countWrites(first);
  }

  it('takes a slice of the original controller over in place, and keeps what others put there', async () => {
    const annotations = { 'connectivity.tanzu.vmware.com/dns-hostname': name.hostname, 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'dev-team/gateways' };
    const original = await server.client().create(resources.endpointSlices, { metadata: { name: NAME, namespace: 'xcc-dns', labels: { 'kubernetes.io/service-name': NAME, mine: 'x' }, annotations }, addressType: 'IPv4', endpoints: [{ addresses: ['172.18.0.9'] }], ports: null });
    expect(await deliver(found('172.18.0.240'))).toBe(1);
    const [slice, ...others] = await slices();
    expect(others).toEqual([]);
    expect(slice).toMatchObject({ endpoints: [{ addresses: ['172.18.0.240'] }], metadata: { uid: original.metadata.uid, labels: { mine: 'x', 'mcs.clusterset.local/owner': 'gateway-dns-hub' }, annotations: { ...annotations, 'mcs.clusterset.local/dns-ttl': '9' } } });
  });

  it('follows addresses, families, names of load balancers and the TTL', async () => {
    expect(await deliver(found('172.18.0.241', 'fd00::1'))).toBe(2);
    expect(await deliver(found('172.18.0.241', 'fd00::1'), withoutTtl)).toBe(2);
    expect((await slices()).flatMap(({ metadata }) => Object.keys(metadata.annotations ?? {})).filter((key) => key.endsWith('dns-ttl'))).toEqual([]);
    expect(await deliver(composeName(name, lookups(name, foundGateway([], { hostnames: ['lb.example.com'] }))))).toBe(3);
    expect((await slices()).map(({ addressType, endpoints }) => [addressType, endpoints?.[0]?.addresses])).toEqual([['FQDN', ['lb.example.com']]]);
  });

  it('XC-12: replaces a slice whose address type somebody else has chosen', async () => {
    await deliver({ kind: 'none', message: '' });
    await server.client().create(resources.endpointSlices, { metadata: { name: NAME, namespace: 'xcc-dns', annotations: { 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'dev-team/gateways' } }, addressType: 'IPv6', endpoints: [{ addresses: ['fd00::9'] }], ports: null });
    expect(await deliver(found('172.18.0.240'))).toBe(2);
    expect((await slices()).map(({ addressType }) => addressType)).toEqual(['IPv4']);
  });
});
