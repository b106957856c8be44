import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PLACEMENT_POLICY } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { derivedServiceName } from '../../src/sync/service/imported-names.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, exportService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
/** Users of both clusters. */
let east: KubeClient;
let west: KubeClient;
/** A namespace of this test's own, in both clusters. */
let shop: string;

beforeAll(async () => {
  set = await startMemberSet();
  [east, west] = [set.member('east').user, set.member('west').user];
});

beforeEach(async () => {
  shop = await set.addNamespace();
});

afterAll(async () => {
  await set.stop();
});

const MERGE = 'application/merge-patch+json';
const HEADLESS = { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4' as const] };

const derived = () => west.get(resources.services, derivedServiceName(shop, 'web'), shop);
const imported = () => west.get(resources.serviceImports, 'web', shop);
const slicesOf = async (user: KubeClient): Promise<EndpointSlice[]> =>
  (await user.list(resources.endpointSlices, { namespace: shop })).items.filter(({ metadata }) => metadata.labels?.['multicluster.kubernetes.io/service-name'] === 'web');
const reaches = (user: KubeClient, ...addresses: string[]) => eventually(async () => expect(await importedAddresses(user, shop)).toEqual(addresses));

describe('controller: a service that changes', () => {
  it('the derived Service, the import and the slices follow ports that come, go and are renamed', async () => {
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await reaches(west, podAddress(0, 5));
    const { clusterIP } = (await derived()).spec;
    const ports = [{ name: 'web', protocol: 'TCP' as const, port: 80, targetPort: 8080 }, { name: 'dns', protocol: 'UDP' as const, port: 53, targetPort: 5353 }];
    await east.patch(resources.services, 'web', shop, MERGE, { spec: { ports } });
    await east.patch(resources.endpointSlices, 'web-abcde', shop, MERGE, { ports: [{ name: 'web', protocol: 'TCP', port: 8080 }, { name: 'dns', protocol: 'UDP', port: 5353 }] });
    await eventually(async () => expect((await derived()).spec.ports).toMatchObject([{ name: 'web', port: 80 }, { name: 'dns', protocol: 'UDP', port: 53 }]));
    await eventually(async () => expect((await imported()).spec.ports.map(({ name }) => name)).toEqual(['web', 'dns']));
    await eventually(async () => expect((await slicesOf(west))[0]?.ports?.map(({ name, port }) => `${name ?? ''}=${port ?? 0}`)).toEqual(['web=8080', 'dns=5353']));
    expect((await derived()).spec.clusterIP).toBe(clusterIP);
  });

  it('C5: follows affinity and policies, and takes back what is no longer there', async () => {
    await createService(east, { namespace: shop, spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, trafficDistribution: 'PreferClose' }, addresses: [podAddress(0, 5)], exported: { exportedLabels: { team: 'a' } } });
    await eventually(async () => expect(await imported()).toMatchObject({ metadata: { labels: { team: 'a' } }, spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, trafficDistribution: 'PreferClose' } }));
    expect((await derived()).spec).toMatchObject({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } });
    await east.patch(resources.services, 'web', shop, MERGE, { spec: { sessionAffinity: 'None', sessionAffinityConfig: null, trafficDistribution: null } });
    await east.patch(resources.serviceExports, 'web', shop, MERGE, { spec: { exportedLabels: null } });
    await eventually(async () => {
      const { spec, metadata } = await imported();
      expect(spec.sessionAffinity).toBe('None');
      expect(spec).not.toHaveProperty('sessionAffinityConfig');
      expect(spec).not.toHaveProperty('trafficDistribution');
      expect(metadata.labels).not.toHaveProperty('team');
    });
    await eventually(async () => expect((await derived()).spec.sessionAffinity).toBe('None'));
  });

  it('a service that is made anew as headless becomes headless, and back again', async () => {
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await reaches(west, podAddress(0, 5));
    const remake = async (spec: object, address: string): Promise<void> => {
      await east.delete(resources.endpointSlices, 'web-abcde', shop);
      await east.delete(resources.services, 'web', shop);
      await createService(east, { namespace: shop, spec, addresses: [address] });
      await reaches(west, address);
    };
    await remake(HEADLESS, podAddress(0, 6));
    await eventually(async () => expect((await imported()).spec).toMatchObject({ type: 'Headless', ips: [] }));
    await eventually(async () => expect(await west.find(resources.services, derivedServiceName(shop, 'web'), shop)).toBeUndefined());
    expect((await slicesOf(west))[0]?.metadata.labels).not.toHaveProperty('kubernetes.io/service-name');
    await remake({}, podAddress(0, 7));
    await eventually(async () => expect((await imported()).spec).toMatchObject({ type: 'ClusterSetIP', ips: [(await derived()).spec.clusterIP] }));
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toEqual(['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts']));
  });

  it('ends in the last state of endpoints that change quickly, with fewer writes than changes', async () => {
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await reaches(west, podAddress(0, 5));
    const writesSince = set.watchWrites();
    for (let host = 10; host <= 60; host += 1) await east.patch(resources.endpointSlices, 'web-abcde', shop, MERGE, { endpoints: [{ addresses: [podAddress(0, host)] }] });
    await reaches(west, podAddress(0, 60));
    await reaches(east, podAddress(0, 60));
    expect((await set.brokerUser.get(resources.endpointSlices, `web-abcde.${shop}.east`, BROKER_NAMESPACE)).endpoints?.[0]?.addresses).toEqual([podAddress(0, 60)]);
    expect(writesSince().filter((write) => write.includes('slices')).length).toBeLessThanOrEqual(51 * 3);
  });

  it('S1: carries more than 1,000 endpoints in slices that Kubernetes takes', async () => {
    await createService(east, { namespace: shop, addresses: [], exported: {} });
    const addresses = (block: number, count: number) => Array.from({ length: count }, (_, index) => ({ addresses: [`10.1.${block + (index >> 8)}.${index & 255}`] }));
    const slice = (name: string, block: number, count: number) => ({ metadata: { name, namespace: shop, labels: { 'kubernetes.io/service-name': 'web' } }, addressType: 'IPv4' as const, ports: [{ name: 'http', protocol: 'TCP' as const, port: 8080 }], endpoints: addresses(block, count) });
    await east.create(resources.endpointSlices, slice('web-full', 10, 1_000));
    for (const index of [1, 2, 3]) await east.create(resources.endpointSlices, slice(`web-${index}`, 20 + index, 100));
    await eventually(async () => expect((await slicesOf(west)).map(({ endpoints }) => (endpoints as unknown[] | null)?.length ?? 0).toSorted((a, b) => a - b)).toEqual([0, 100, 100, 100, 1_000]));
    await east.delete(resources.endpointSlices, 'web-full', shop);
    await eventually(async () => expect(await importedAddresses(west, shop)).toHaveLength(300));
  });
});

describe('controller: placement policy', () => {
  const annotate = (user: KubeClient, policy: string | null) => user.patch(resources.serviceExports, 'web', shop, MERGE, { metadata: { annotations: { [PLACEMENT_POLICY]: policy } } });
  const setReady = (user: KubeClient, address: string, ready: boolean) => user.patch(resources.endpointSlices, 'web-abcde', shop, MERGE, { endpoints: [{ addresses: [address], conditions: { ready, serving: ready, terminating: false } }] });

  it.each([['a virtual address', {}], ['headless', HEADLESS]])('travels over the broker and chooses the endpoints: %s', async (_title, spec) => {
    const [own, other] = [podAddress(0, 5), podAddress(1, 5)];
    await createService(east, { namespace: shop, spec, addresses: [own], exported: {} });
    await reaches(west, own);
    await createService(west, { namespace: shop, spec, addresses: [other], exported: {} });
    for (const user of [east, west]) await reaches(user, own, other);
    await annotate(east, 'local');
    await annotate(west, 'local');
    await reaches(east, own);
    await reaches(west, other);
    expect((await imported()).metadata.annotations).toMatchObject({ [PLACEMENT_POLICY]: 'local' });
    await annotate(east, 'failover=east,west');
    for (const user of [east, west]) await reaches(user, own);
    await eventually(async () => expect((await conditionsOf(west, resources.serviceExports, shop)).join()).toContain('Conflict=True PlacementConflict'));
    await setReady(east, own, false);
    for (const user of [east, west]) await reaches(user, other);
    await setReady(east, own, true);
    for (const user of [east, west]) await reaches(user, own);
    await annotate(east, null);
    await annotate(west, null);
    for (const user of [east, west]) await reaches(user, own, other);
    expect((await imported()).metadata.annotations).not.toHaveProperty(PLACEMENT_POLICY);
  });

  it('says on the ServiceExport that a policy is none', async () => {
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await annotate(east, 'nearest');
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toContain('mcs.clusterset.local/SettingsAccepted=False InvalidPlacement'));
    await annotate(east, 'all');
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toHaveLength(3));
  });
});

describe('controller: clients of v1alpha1', () => {
  it('export, and read imports and conditions', async () => {
    const exports = { ...resources.serviceExports, version: 'v1alpha1' };
    const imports = { ...resources.serviceImports, version: 'v1alpha1' };
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)] });
    await east.create(exports, { metadata: { name: 'web', namespace: shop } });
    await eventually(async () => expect(await conditionsOf(east, exports, shop)).toEqual(['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts']));
    await eventually(async () => expect(await west.get(imports, 'web', shop)).toMatchObject({ apiVersion: 'multicluster.x-k8s.io/v1alpha1', status: { clusters: [{ cluster: 'east' }], endpointSliceObjects: 'Present' } }));
  });
});

describe('controller: what stands in the way', () => {
  it('a Service of the derived name that is not ours: no traffic is led there, and the import says so', async () => {
    const name = derivedServiceName(shop, 'web');
    await west.create(resources.services, { metadata: { name, namespace: shop }, spec: { ports: [{ port: 1 }] } });
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, shop)).toEqual(['Ready=False ForeignService']));
    expect(await imported()).toMatchObject({ spec: { ips: [] }, status: { endpointSliceObjects: 'Absent' } });
    expect(await slicesOf(west)).toEqual([]);
    await west.delete(resources.services, name, shop);
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
    await reaches(west, podAddress(0, 5));
  });

  it('a slice of our name that is not ours stays, and is told by an Event', async () => {
    const foreign = await west.create(resources.endpointSlices, { metadata: { name: 'web-abcde.east', namespace: shop }, addressType: 'IPv4', ports: [], endpoints: [] });
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect((await west.list(resources.events, { namespace: shop })).items.map(({ reason }) => reason)).toEqual(['ForeignEndpointSlice']));
    expect(await west.get(resources.endpointSlices, 'web-abcde.east', shop)).toEqual(foreign);
    await west.delete(resources.endpointSlices, 'web-abcde.east', shop);
    await reaches(west, podAddress(0, 5));
  });

  it('an object on the broker that is not ours: the export says so, and goes on when it is gone', async () => {
    const name = `web.${shop}.east`;
    await set.brokerUser.create(resources.serviceImports, { metadata: { name, namespace: BROKER_NAMESPACE }, spec: { type: 'Headless', ports: [] } });
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toContain('Ready=False Failed'));
    await set.brokerUser.delete(resources.serviceImports, name, BROKER_NAMESPACE);
    await eventually(async () => expect(await conditionsOf(east, resources.serviceExports, shop)).toContain('Ready=True Exported'));
  });

  it('a namespace that takes no objects: an Event there says why, and the import comes when it does', async () => {
    const lift = set.member('west').faults.fail({ verb: 'create', resource: 'services', namespace: shop }, { code: 403 });
    await createService(east, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    const [event] = await eventually(async () => {
      const { items } = await west.list(resources.events, {});
      const failed = items.filter(({ reason, message }) => reason === 'ImportFailed' && (message ?? '').includes(`${shop}/web`));
      expect(failed).toHaveLength(1);
      return failed;
    });
    expect(event).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Namespace', name: shop } });
    expect(await west.find(resources.serviceImports, 'web', shop)).toBeUndefined();
    await reaches(east, podAddress(0, 5));
    lift();
    await reaches(west, podAddress(0, 5));
  });

  it('a namespace that takes no objects of an exporter: its ServiceExport says so until it does', async () => {
    const lift = set.member('east').faults.fail({ verb: 'create', resource: 'endpointslices', namespace: shop, userAgent: 'mcs' }, { code: 403 });
    await createService(west, { namespace: shop, addresses: [podAddress(1, 5)], exported: {} });
    await exportService(east, shop);
    await eventually(async () => expect(await conditionsOf(east, resources.serviceImports, shop)).toEqual(['Ready=False Failed']));
    await eventually(async () => expect((await conditionsOf(east, resources.serviceExports, shop)).join()).toContain('mcs.clusterset.local/ImportedHere=False Failed'));
    lift();
    await eventually(async () => expect(await conditionsOf(east, resources.serviceImports, shop)).toEqual(['Ready=True Ready']));
    await eventually(async () => expect((await conditionsOf(east, resources.serviceExports, shop)).join()).not.toContain('ImportedHere'));
  });
});
