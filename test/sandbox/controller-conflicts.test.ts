import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { derivedServiceName } from '../../src/sync/service/imported-names.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, importedAddresses, type MemberSet, podAddress, type ServiceSpec, startMemberSet } from '../helpers/member-set.ts';

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

const portsOf = async (user: KubeClient): Promise<string[]> =>
  (await user.get(resources.serviceImports, 'web', shop)).spec.ports.map(({ name, protocol, port }) => `${name ?? ''} ${protocol ?? ''}/${port}`);

/** Exports from east, then from west, which the broker stores in another second. */
async function exportBoth(east: Partial<ServiceSpec>, west: Partial<ServiceSpec>): Promise<{ east: KubeClient; west: KubeClient }> {
  const users = { east: set.member('east').user, west: set.member('west').user };
  await createService(users.east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {}, ...east });
  await eventually(async () => expect(await importedAddresses(users.west, shop)).toHaveLength(1));
  await createService(users.west, { namespace: shop, addresses: [podAddress(1, 5)], exported: {}, ...west });
  return users;
}

const port = (number: number, name = 'http') => ({ name, protocol: 'TCP' as const, port: number, targetPort: 8080 });

describe('controller: several exporters', () => {
  it('puts the endpoints of all exporters behind one import', async () => {
    const { east, west } = await exportBoth({}, {});
    for (const user of [east, west]) await eventually(async () => expect(await importedAddresses(user, shop)).toEqual([podAddress(0, 5), podAddress(1, 5)]));
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).status?.clusters).toEqual([{ cluster: 'east' }, { cluster: 'west' }]));
  });

  it('C1, C3: says so on both exporters when ports differ, and unites them', async () => {
    const { east, west } = await exportBoth({}, { spec: { ports: [port(80), port(9000, 'admin')] }, ports: [{ name: 'http', port: 8080 }, { name: 'admin', port: 9000 }] });
    for (const user of [east, west]) {
      await eventually(async () => expect(await conditionsOf(user, resources.serviceExports, shop)).toContain('Conflict=True PortConflict'));
      await eventually(async () => expect(await portsOf(user)).toEqual(['http TCP/80', 'admin TCP/9000']));
    }
  });

  it('C4: traffic to a conflicting port goes only to the winner', async () => {
    const { east, west } = await exportBoth({}, { spec: { ports: [port(81)] } });
    for (const user of [east, west]) {
      await eventually(async () => expect(await conditionsOf(user, resources.serviceExports, shop)).toContain('Conflict=True PortConflict'));
      await eventually(async () => expect(await importedAddresses(user, shop)).toEqual([podAddress(0, 5)]));
      expect(await portsOf(user)).toEqual(['http TCP/80']);
    }
  });

  it('C5: a headless exporter does not change the type', async () => {
    const { east, west } = await exportBoth({}, { spec: { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4'] } });
    for (const user of [east, west]) {
      await eventually(async () => expect(await conditionsOf(user, resources.serviceExports, shop)).toContain('Conflict=True TypeConflict'));
      expect((await user.get(resources.serviceImports, 'web', shop)).spec.type).toBe('ClusterSetIP');
    }
  });

  it('C2: the winner stays while it exports; when it leaves, the next one takes over and the address stays', async () => {
    const { east, west } = await exportBoth({ spec: { sessionAffinity: 'ClientIP' } }, {});
    await eventually(async () => expect((await conditionsOf(east, resources.serviceExports, shop)).join()).toContain('Conflict=True SessionAffinityConflict'));
    const before = await west.get(resources.serviceImports, 'web', shop);
    expect(before.spec.sessionAffinity).toBe('ClientIP');
    await east.delete(resources.serviceExports, 'web', shop);
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).spec.sessionAffinity).toBe('None'));
    expect((await west.get(resources.serviceImports, 'web', shop)).spec.ips).toEqual(before.spec.ips);
    await eventually(async () => expect(await conditionsOf(west, resources.serviceExports, shop)).toContain('Conflict=False NoConflicts'));
    await eventually(async () => expect(await importedAddresses(east, shop)).toEqual([podAddress(1, 5)]));
  });
});

describe('controller: what it leaves alone', () => {
  it('never touches a ServiceImport that somebody else made, and says so', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    const foreign = await west.create(resources.serviceImports, { metadata: { name: 'web', namespace: shop }, spec: { type: 'Headless', ports: [] } });
    await createService(west, { namespace: shop, addresses: [podAddress(1, 5)] });
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    const events = await eventually(async () => {
      const { items } = await west.list(resources.events, { namespace: shop });
      expect(items).toHaveLength(1);
      return items;
    });
    expect(events[0]).toMatchObject({ reason: 'ForeignServiceImport', type: 'Warning', involvedObject: { name: 'web', uid: foreign.metadata.uid } });
    expect(await west.get(resources.serviceImports, 'web', shop)).toEqual(foreign);
    expect(await importedAddresses(west, shop)).toEqual([]);
    expect(await west.find(resources.services, derivedServiceName(shop, 'web'), shop)).toBeUndefined();
    await west.delete(resources.serviceImports, 'web', shop);
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
  });

  it('never exports a copy', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(1));
    const name = derivedServiceName(shop, 'web');
    await west.create(resources.serviceExports, { metadata: { name, namespace: shop } });
    await eventually(async () => expect(await conditionsOf(west, resources.serviceExports, shop, name)).toContain('Valid=False InvalidServiceType'));
    expect(await set.brokerUser.find(resources.serviceImports, `${name}.${shop}.west`, BROKER_NAMESPACE)).toBeUndefined();
  });

  it('refuses a record for a system namespace', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    for (const user of [east, west]) await user.create(resources.namespaces, { metadata: { name: 'openshift-web' } });
    await createService(east, { namespace: 'openshift-web', addresses: [podAddress(0, 5)], exported: {} });
    await createService(east, { namespace: shop, addresses: [podAddress(0, 6)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(1));
    expect(await west.find(resources.serviceImports, 'web', 'openshift-web')).toBeUndefined();
    expect(await set.member('west').registry().getSingleMetricAsString('mcs_rejections_total')).toContain('reason="NamespaceRefused"');
  });

  it('refuses endpoints outside the ranges granted to their cluster, and shows it on the ServiceImport', async () => {
    const [east, west] = [set.member('east').user, set.member('west').user];
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(1));
    await set.member('east').stop(); // or it would repair its record
    await set.brokerUser.patch(resources.endpointSlices, `web-abcde.${shop}.east`, BROKER_NAMESPACE, 'application/merge-patch+json', {
      endpoints: [{ addresses: ['192.168.1.1'] }, { addresses: [podAddress(1, 1)] }, { addresses: [podAddress(0, 8)] }],
    });
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 8)]));
    await eventually(async () => expect((await conditionsOf(west, resources.serviceImports, shop)).join()).toContain('mcs.clusterset.local/Rejected=True'));
    await set.member('east').start();
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
  });

  it('keeps its hands off the broker own objects where broker and member share an API server', async () => {
    const east = set.member('east').user;
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(set.member('west').user, shop)).toHaveLength(1));
    const record = await set.brokerUser.get(resources.serviceImports, `web.${shop}.east`, BROKER_NAMESPACE);
    const west = set.member('west');
    await west.stop();
    const { uid: _uid, resourceVersion: _version, ...metadata } = record.metadata;
    for (const namespace of [BROKER_NAMESPACE, 'other-broker']) {
      await west.user.create(resources.namespaces, { metadata: { name: namespace } });
      await west.user.create(resources.serviceImports, { metadata: { ...metadata, namespace }, spec: record.spec });
    }
    const before = west.local.writes.length;
    await west.start();
    await createService(east, { namespace: shop, name: 'api', addresses: [podAddress(0, 6)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west.user, shop, 'api')).toHaveLength(1));
    expect(west.local.writes.slice(before).filter((write) => write.includes(record.metadata.name))).toEqual([]);
    expect(await west.user.find(resources.serviceImports, record.metadata.name, 'other-broker')).toBeDefined();
  });
});
