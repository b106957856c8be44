import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { derivedServiceName } from '../../src/sync/service/imported-names.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, exportService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
/** A namespace of this test's own, in both clusters. */
let shop: string;

beforeAll(async () => {
  set = await startMemberSet();
});

beforeEach(async () => {
  shop = await set.addNamespace();
});

afterAll(async () => {
  await set.stop();
});

describe('controller: export and import', () => {
  it('I1: imports an exported service in every cluster, with the derived address and the endpoints', async () => {
    const { user } = set.member('east');
    await createService(user, { namespace: shop, addresses: [podAddress(0, 5), podAddress(0, 6)], exported: {} });
    for (const member of set.members) {
      await eventually(async () => expect(await importedAddresses(member.user, shop)).toEqual([podAddress(0, 5), podAddress(0, 6)]));
      const imported = await eventually(() => member.user.get(resources.serviceImports, 'web', shop));
      const derived = await member.user.get(resources.services, derivedServiceName(shop, 'web'), shop);
      expect(imported.spec).toMatchObject({ type: 'ClusterSetIP', ips: [derived.spec.clusterIP], ipFamilies: ['IPv4'], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] });
      expect(derived.spec).toMatchObject({ internalTrafficPolicy: 'Cluster', ports: [{ name: 'http', port: 80 }] });
      await eventually(async () => expect(await conditionsOf(member.user, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
      expect((await member.user.get(resources.serviceImports, 'web', shop)).status?.clusters).toEqual([{ cluster: 'east' }]);
    }
    await eventually(async () => expect(await conditionsOf(user, resources.serviceExports, shop)).toEqual(['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts']));
  });

  it('needs at most 14 requests for one export over two members and the broker, and none afterwards', async () => {
    await createService(set.member('east').user, { namespace: shop, addresses: [podAddress(0, 5)] });
    const writesSince = set.watchWrites();
    await exportService(set.member('east').user, shop);
    for (const { user } of set.members) await eventually(async () => expect(await conditionsOf(user, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
    await eventually(async () => expect(await conditionsOf(set.member('east').user, resources.serviceExports, shop)).toHaveLength(3));
    const writes = writesSince();
    expect({ count: writes.length, writes }).toMatchObject({ count: 11 });
  });

  it('imports headless services without an address, with their host names', async () => {
    const { user } = set.member('east');
    await createService(user, { namespace: shop, spec: { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4'] }, addresses: [podAddress(0, 5)], exported: {} });
    const west = set.member('west').user;
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    const imported = await eventually(() => west.get(resources.serviceImports, 'web', shop));
    expect(imported.spec).toMatchObject({ type: 'Headless', ips: [] });
    expect(await west.find(resources.services, derivedServiceName(shop, 'web'), shop)).toBeUndefined();
  });

  it('follows endpoints', async () => {
    const { user } = set.member('east');
    await createService(user, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    const west = set.member('west').user;
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    const endpoints = [{ addresses: [podAddress(0, 7)], conditions: { ready: false, serving: true, terminating: true } }];
    await user.patch(resources.endpointSlices, 'web-abcde', shop, 'application/merge-patch+json', { endpoints });
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 7)]));
    const { items } = await west.list(resources.endpointSlices, { namespace: shop });
    expect(items[0]?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
  });

  it('I4: follows ports, and keeps the address', async () => {
    const { user } = set.member('east');
    await createService(user, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    const west = set.member('west').user;
    const name = derivedServiceName(shop, 'web');
    const before = await eventually(() => west.get(resources.services, name, shop));
    await user.patch(resources.services, 'web', shop, 'application/merge-patch+json', { spec: { ports: [{ name: 'http', protocol: 'TCP', port: 8000, targetPort: 8080 }] } });
    await eventually(async () => expect((await west.get(resources.services, name, shop)).spec.ports).toMatchObject([{ name: 'http', port: 8000 }]));
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).spec.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 8000 }]));
    expect((await west.get(resources.services, name, shop)).spec.clusterIP).toBe(before.spec.clusterIP);
  });

  it('E3, I3: withdraws everything when the export goes, and when the Service goes', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(1));
    await east.delete(resources.serviceExports, 'web', shop);
    await eventually(async () => expect(await west.find(resources.serviceImports, 'web', shop)).toBeUndefined());
    for (const { user } of set.members) await eventually(async () => expect(await importedAddresses(user, shop)).toEqual([]));
    await eventually(async () => expect(await west.find(resources.services, derivedServiceName(shop, 'web'), shop)).toBeUndefined());
    expect(await set.brokerUser.find(resources.serviceImports, `web.${shop}.east`, BROKER_NAMESPACE)).toBeUndefined();
    await exportService(east, shop);
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(1));
    await east.delete(resources.services, 'web', shop);
    await eventually(async () => expect(await west.find(resources.serviceImports, 'web', shop)).toBeUndefined());
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toContain('Valid=False NoService'));
  });

  it('brings a re-created service back', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(1));
    await east.delete(resources.endpointSlices, 'web-abcde', shop);
    await east.delete(resources.services, 'web', shop);
    await eventually(async () => expect(await west.find(resources.serviceImports, 'web', shop)).toBeUndefined());
    await createService(east, { namespace: shop, addresses: [podAddress(0, 9)] });
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 9)]));
  });

  it('I1: imports into a namespace that is created later', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    const bank = `${shop}-late`;
    await east.create(resources.namespaces, { metadata: { name: bank } });
    await createService(east, { namespace: bank, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(east, bank, 'web')).toHaveLength(1));
    expect(await importedAddresses(west, bank, 'web')).toEqual([]);
    await west.create(resources.namespaces, { metadata: { name: bank } });
    await eventually(async () => expect(await importedAddresses(west, bank, 'web')).toEqual([podAddress(0, 5)]));
  });

  it.each([
    ['no Service', undefined, 'Valid=False NoService'],
    ['an ExternalName', { type: 'ExternalName' as const, externalName: 'example.com' }, 'Valid=False InvalidServiceType'],
  ])('says on the ServiceExport that there is %s, and exports nothing', async (_title, spec, expected) => {
    const east = set.member('east').user;
    if (spec !== undefined) await createService(east, { namespace: shop, spec, addresses: [] });
    await exportService(east, shop);
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toContain(expected));
    expect(await set.brokerUser.find(resources.serviceImports, `web.${shop}.east`, BROKER_NAMESPACE)).toBeUndefined();
  });

  it('leaves out endpoints that others cannot route to, and says how many', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5), '192.168.7.7'], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toContain('mcs.clusterset.local/EndpointsRoutable=False EndpointsNotRoutable'));
    const found = (await east.get(resources.serviceExports, 'web', shop)).status?.conditions?.at(-1);
    expect(found?.message).toContain('1 of 2 endpoints');
  });

  it('carries exported labels only, and takes them away again', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: { exportedLabels: { team: 'a', tier: 'b' } } });
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).metadata.labels).toMatchObject({ team: 'a', tier: 'b' }));
    await east.patch(resources.serviceExports, 'web', shop, 'application/merge-patch+json', { spec: { exportedLabels: { team: null } } });
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).metadata.labels).not.toHaveProperty('team'));
    expect((await west.get(resources.serviceImports, 'web', shop)).metadata.labels).toMatchObject({ tier: 'b' });
  });
});
