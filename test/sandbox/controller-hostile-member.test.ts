import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MEMBER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { EndpointSlice, KubeObject, ServiceImport } from '../../src/api/types/index.ts';
import { parseRejectionSummary, type RejectionSummary } from '../../src/sync/service/rejection-summary.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, createService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';
import { memberEndpoints, memberImport } from '../helpers/member-records.ts';

jest.setTimeout(60_000);

/** A member that follows no rules; what the broker's policies refuse is stored here, as on a compromised broker. */
const MALLORY = 'mallory';
const OWN = '10.9.0.5';
const LIMITS = { servicesPerCluster: 12, endpointsPerCluster: 40, reportSeconds: 0.1 };

let set: MemberSet;
let shop: string;

beforeAll(async () => {
  set = await startMemberSet(['east', 'west'], { limits: LIMITS });
  await set.brokerUser.create(resources.clusters, { metadata: { name: MALLORY, namespace: BROKER_NAMESPACE }, spec: { cluster_id: MALLORY, cluster_cidr: ['10.9.0.0/16'], service_cidr: [] } });
});

beforeEach(async () => {
  shop = await set.addNamespace();
  for (const resource of [resources.serviceImports, resources.endpointSlices] as Resource<KubeObject>[]) {
    for (const { metadata } of (await set.brokerUser.list(resource, { namespace: BROKER_NAMESPACE })).items) {
      if (metadata.name.endsWith(`.${MALLORY}`)) await set.brokerUser.delete(resource, metadata.name, BROKER_NAMESPACE);
    }
  }
});

afterAll(async () => {
  await set.stop();
});

interface Hostile {
  readonly service?: string;
  readonly namespace?: string;
  readonly addresses?: readonly string[];
  readonly changeImport?: (object: ServiceImport) => void;
  readonly changeSlice?: (object: EndpointSlice) => void;
}

async function attack({ service = 'web', namespace = shop, addresses = [OWN], changeImport, changeSlice }: Hostile): Promise<void> {
  const origin = { cluster: MALLORY, namespace, service };
  const [slice, serviceImport] = [memberEndpoints(origin, addresses, BROKER_NAMESPACE), memberImport(origin, BROKER_NAMESPACE)];
  changeSlice?.(slice);
  changeImport?.(serviceImport);
  await set.brokerUser.create(resources.endpointSlices, slice);
  await set.brokerUser.create(resources.serviceImports, serviceImport);
}

/** Another member's export that came later has arrived: whatever was to happen has happened. */
async function exportSentinel(): Promise<void> {
  await createService(set.member('east').user, { namespace: shop, name: 'sentinel', addresses: [podAddress(0, 99)], exported: {} });
  await eventually(async () => expect(await importedAddresses(set.member('west').user, shop, 'sentinel')).toEqual([podAddress(0, 99)]));
}

async function summary(): Promise<RejectionSummary> {
  const map = await set.member('west').user.find(resources.configMaps, MEMBER_REJECTIONS, MEMBER_NAMESPACE);
  return parseRejectionSummary(map?.data?.['rejections.json']);
}

describe('controller: a hostile member', () => {
  it('gets its own good endpoints imported, and no others', async () => {
    const west = set.member('west').user;
    await attack({ addresses: [OWN, podAddress(0, 5), podAddress(1, 5), '10.96.0.1', '169.254.169.254', '239.1.2.3', '203.0.113.1'] });
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([OWN]));
    await eventually(async () => expect((await conditionsOf(west, resources.serviceImports, shop)).join()).toContain('mcs.clusterset.local/Rejected=True'));
  });

  it.each(['kube-system', MEMBER_NAMESPACE, BROKER_NAMESPACE, 'nowhere'])('places nothing into namespace %s', async (namespace) => {
    const west = set.member('west').user;
    await attack({ namespace });
    await exportSentinel();
    expect(await importedAddresses(west, namespace)).toEqual([]);
    expect(await west.find(resources.serviceImports, 'web', namespace)).toBeUndefined();
    expect(await west.find(resources.namespaces, 'nowhere')).toBeUndefined();
  });

  it.each<[string, Hostile]>([
    ["another member's label", { changeImport: ({ metadata }) => (metadata.labels = { ...metadata.labels, [MEMBER]: 'east' }) }],
    ['no labels', { changeImport: ({ metadata }) => (metadata.labels = {}), changeSlice: ({ metadata }) => (metadata.labels = {}) }],
    ['a name that is not its origin', { changeImport: ({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'mcs.clusterset.local/origin-namespace': 'kube-system' }) }],
    ['a thousand and one ports', { changeImport: ({ spec }) => (spec.ports = Array.from({ length: 1_001 }, (_, index) => ({ name: `p${index}`, protocol: 'TCP', port: index + 1 }))) }],
  ])('is not imported with %s, which holds up nobody', async (_title, hostile) => {
    await attack(hostile);
    await exportSentinel();
    expect(await set.member('west').user.find(resources.serviceImports, 'web', shop)).toBeUndefined();
  });

  it('does not win by a creation time, a winner or anything else that it writes about itself', async () => {
    const { user } = set.member('east');
    await createService(user, { namespace: shop, addresses: [podAddress(0, 5)], exported: {} });
    const west = set.member('west').user;
    await eventually(async () => expect(await importedAddresses(west, shop)).toEqual([podAddress(0, 5)]));
    const changeImport = (object: ServiceImport): void => {
      object.metadata.creationTimestamp = '2000-01-01T00:00:00Z';
      object.metadata.annotations = { ...object.metadata.annotations, 'mcs.clusterset.local/winner': MALLORY, 'mcs.clusterset.local/exported-annotations': JSON.stringify({ 'mcs.clusterset.local/winner': MALLORY }) };
      object.spec.ports = [{ name: 'http', protocol: 'TCP', port: 6666 }];
    };
    await attack({ changeImport });
    await eventually(async () => expect((await west.get(resources.serviceImports, 'web', shop)).status?.clusters).toEqual([{ cluster: 'east' }, { cluster: MALLORY }]));
    const { metadata, spec } = await west.get(resources.serviceImports, 'web', shop);
    expect(metadata.annotations?.['mcs.clusterset.local/winner']).toBe('east');
    expect(spec.ports.map(({ port }) => port)).toEqual([80]);
  });

  it('that floods the broker gets its share, others theirs, and all of it is reported', async () => {
    const west = set.member('west').user;
    const services = Array.from({ length: 20 }, (_, index) => `flood-${index}`);
    for (const service of services) await attack({ service });
    await attack({ service: 'sentinel-of-addresses', addresses: Array.from({ length: 41 }, (_, index) => `10.9.1.${index + 1}`) });
    await exportSentinel();
    const imported = (await west.list(resources.serviceImports, { namespace: shop })).items.filter(({ metadata }) => metadata.name.startsWith('flood-'));
    expect(imported.length).toBeLessThanOrEqual(LIMITS.servicesPerCluster);
    expect(imported.length).toBeGreaterThanOrEqual(LIMITS.servicesPerCluster - 1);
    await eventually(async () => expect((await summary())[MALLORY]?.reasons.QuotaExceeded).toBeGreaterThanOrEqual(services.length - LIMITS.servicesPerCluster));
    const { items } = await west.list(resources.events, { namespace: MEMBER_NAMESPACE });
    expect(items.filter(({ reason, message }) => reason === 'QuotaExceeded' && (message ?? '').includes(`cluster "${MALLORY}"`))).toHaveLength(1);
  });

  it('is reported for records without labels too, until they are gone', async () => {
    await attack({ changeImport: ({ metadata }) => (metadata.labels = {}), changeSlice: ({ metadata }) => (metadata.labels = {}) });
    await eventually(async () => expect((await summary())[MALLORY]?.reasons).toEqual({ LabelsDisagree: 2 }));
    await set.brokerUser.delete(resources.serviceImports, `web.${shop}.${MALLORY}`, BROKER_NAMESPACE);
    await set.brokerUser.delete(resources.endpointSlices, `web-1.${shop}.${MALLORY}`, BROKER_NAMESPACE);
    await eventually(async () => expect(await summary()).toEqual({}));
  });
});
