import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MCS_SERVICE_NAME, SERVICE_NAME } from '../../src/api/labels.ts';
import { MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
let east: KubeClient;
let west: KubeClient;
/** A namespace of this test's own, in both clusters. */
let shop: string;

beforeAll(async () => {
  // endpoints of a member that is silent go within a second
  set = await startMemberSet(['east', 'west'], { limits: { renewSeconds: 0.2, graceSeconds: 1 } });
  [east, west] = [set.member('east').user, set.member('west').user];
  await west.create(resources.configMaps, { metadata: { name: MEMBER_CLUSTER_LOCAL, namespace: MEMBER_NAMESPACE } });
});

beforeEach(async () => {
  shop = await set.addNamespace();
});

afterAll(async () => {
  await set.stop();
});

/** Says in west which namespaces are reflected; null for none. */
async function reflect(namespaces: string | null): Promise<void> {
  await west.patch(resources.configMaps, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, 'application/merge-patch+json', { data: { reflection: namespaces } });
}

/** Addresses that the cluster's own DNS and kube-proxy have of a Service in west. */
async function addressesOf(name: string): Promise<string[] | undefined> {
  const service = await west.find(resources.services, name, shop);
  if (service === undefined) return undefined;
  const { items } = await west.list(resources.endpointSlices, { namespace: shop, labelSelector: `${SERVICE_NAME}=${name}` });
  return items.flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ addresses }) => addresses).toSorted();
}

describe('reflection', () => {
  it("gives each other cluster's part of a service a Service of its own, live, and only where it is asked for", async () => {
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await createService(west, { namespace: shop, addresses: [podAddress(1, 5)], exported: {} });
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
    expect(await addressesOf('web-east')).toBeUndefined();
    await reflect(`other,${shop}`);
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 5)]));
    const { spec } = await west.get(resources.services, 'web-east', shop);
    expect(spec).toMatchObject({ type: 'ClusterIP', clusterIP: expect.stringMatching(/^10\.96\./), ports: [{ name: 'http', port: 80 }] });
    const { items } = await west.list(resources.endpointSlices, { namespace: shop, labelSelector: `${SERVICE_NAME}=web-east` });
    expect(items.map(({ ports }) => ports)).toEqual([[{ name: 'http', protocol: 'TCP', port: 8080 }]]);
    expect(items.filter(({ metadata }) => MCS_SERVICE_NAME in (metadata.labels ?? {}))).toEqual([]); // our name server would count them twice
    expect(await addressesOf('web-west')).toBeUndefined(); // the own part has its own name
    expect(await east.find(resources.services, 'web-west', shop)).toBeUndefined();
    await east.patch(resources.endpointSlices, 'web-abcde', shop, 'application/merge-patch+json', { endpoints: [{ addresses: [podAddress(0, 7)] }] });
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 7)]));
    await west.delete(resources.services, 'web-east', shop); // comes back
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 7)]));
    await reflect(null);
    await eventually(async () => expect(await addressesOf('web-east')).toBeUndefined());
    await eventually(async () => expect((await west.list(resources.endpointSlices, { namespace: shop, labelSelector: `${SERVICE_NAME}=web-east` })).items).toEqual([]));
  });

  it('reflects headless services as such, with the host names, and takes them away with the export', async () => {
    await reflect('*');
    await createService(east, { namespace: shop, name: 'db', spec: { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4'] }, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await addressesOf('db-east')).toEqual([podAddress(0, 5)]));
    expect((await west.get(resources.services, 'db-east', shop)).spec.clusterIP).toBe('None');
    await east.delete(resources.serviceExports, 'db', shop);
    await eventually(async () => expect(await addressesOf('db-east')).toBeUndefined());
  });

  it('is never exported again', async () => {
    await reflect(shop);
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 5)]));
    await west.create(resources.exportPolicies, { metadata: { name: shop }, spec: { namespaces: [shop] } });
    await west.create(resources.serviceExports, { metadata: { name: 'web-east', namespace: shop } });
    await eventually(async () => expect(await conditionsOf(west, resources.serviceExports, shop, 'web-east')).toContain('Valid=False InvalidServiceType'));
    await eventually(async () => expect((await west.get(resources.exportPolicies, shop)).status?.exported).toBe(0));
  });

  it('leaves a foreign Service of that name alone, says so, and takes the name when it is free', async () => {
    await west.create(resources.services, { metadata: { name: 'web-east', namespace: shop }, spec: { type: 'ClusterIP', ports: [{ name: 'x', protocol: 'TCP', port: 1 }] } });
    await reflect(shop);
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, shop)).toContain('mcs.clusterset.local/Reflected=False ForeignService'));
    await eventually(async () => expect((await west.list(resources.events, { namespace: shop })).items.map(({ reason, involvedObject }) => `${reason} ${involvedObject?.name ?? ''}`)).toContain('ForeignService web-east'));
    expect(await addressesOf('web-east')).toEqual([]);
    await west.delete(resources.services, 'web-east', shop);
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 5)]));
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
  });

  it('keeps the Service of a silent cluster without endpoints; a restart in step writes nothing', async () => {
    await reflect(shop);
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 5)]));
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
    const member = set.member('west');
    await member.stop();
    const from = member.local.writes.length;
    await member.start();
    await eventually(() => expect(member.controller().readiness().detail).toBe('connected to the broker'));
    await set.member('east').stop();
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([]));
    expect(member.local.writes.slice(from).filter((write) => write.includes('services') && !write.includes('leases'))).toEqual([]);
    await set.member('east').start();
    await eventually(async () => expect(await addressesOf('web-east')).toEqual([podAddress(0, 5)]));
  });
});
