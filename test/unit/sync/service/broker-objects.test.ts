import { describe, expect, it } from '@jest/globals';
import { MEMBER } from '../../../../src/api/labels.ts';
import { apiVersionOf, type Resource, resources } from '../../../../src/api/resources.ts';
import type { Cluster, EndpointSlice, KubeObject, ServiceImport } from '../../../../src/api/types/index.ts';
import type { Draft } from '../../../../src/kube/client.ts';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { parseCidr } from '../../../../src/api/cidr.ts';
import { createAddressPolicy } from '../../../../src/sync/service/address-policy.ts';
import { toBrokerObjects } from '../../../../src/sync/service/broker-objects.ts';
import { readBrokerImport } from '../../../../src/sync/service/read-broker-import.ts';
import { readBrokerSlice } from '../../../../src/sync/service/read-broker-slice.ts';
import { readLocalService } from '../../../../src/sync/service/service-record.ts';
import { localExport, localService, localSlice } from '../../../helpers/service-records.ts';

const CREATED = '2026-01-01T00:00:00Z';

function cluster(name: string, podCIDRs: string[], createdAt = CREATED): Cluster {
  return { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name, creationTimestamp: createdAt }, spec: { cluster_id: name, service_cidr: [], cluster_cidr: podCIDRs } };
}

const policy = createAddressPolicy({
  clusters: [cluster('west', ['10.2.0.0/16']), cluster('young', ['10.2.128.0/17', '10.3.0.0/16'], '2026-02-01T00:00:00Z'), cluster('wide', ['0.0.0.0/0', '::/0'], '2026-03-01T00:00:00Z')],
  localCluster: 'east',
  ownRanges: ['10.1.0.0/16', '10.96.0.0/12'].flatMap((text) => parseCidr(text) ?? []),
  allowLoopback: false,
});

function stored<T extends KubeObject>(resource: Resource<T>, draft: Draft<T>): T {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...structuredClone(draft), metadata: { ...structuredClone(draft.metadata), creationTimestamp: CREATED } } as unknown as T;
}

function localRecord(addresses: readonly string[] = ['10.2.0.5']): SyncRecord {
  const slices = [localSlice(addresses), localSlice(['10.2.0.9'], { name: 'copy', labels: { 'mcs.clusterset.local/owner': 'mirror' } })];
  const serviceExport = localExport({ exportedLabels: { team: 'web' }, exportedAnnotations: { note: 'x' } });
  return readLocalService({ cluster: 'west', service: localService(), serviceExport, slices, isRoutable: (address) => address.startsWith('10.2.') }).record;
}

function brokerImport(change: (object: ServiceImport) => void = () => undefined): ServiceImport {
  const object = stored(resources.serviceImports, toBrokerObjects(localRecord(), 'broker').serviceImport.object);
  change(object);
  return object;
}

function brokerSlice(change: (object: EndpointSlice) => void = () => undefined, record = localRecord()): EndpointSlice {
  const [slice] = toBrokerObjects(record, 'broker').slices;
  if (slice === undefined) throw new Error('the record has no slice');
  const object = stored(resources.endpointSlices, slice.object);
  change(object);
  return object;
}

describe('readLocalService', () => {
  it('leaves copies out, so that nothing is passed on from cluster to cluster', () => {
    expect(localRecord().groups.map(({ name }) => name)).toEqual(['web-abcde']);
  });

  it('counts endpoints that others cannot route to, and leaves them out', () => {
    const local = readLocalService({ cluster: 'west', service: localService(), slices: [localSlice(['10.2.0.5', '192.168.0.1'])], isRoutable: (address) => address.startsWith('10.2.') });
    expect(local.unroutable).toBe(1);
    expect(local.record.groups[0]?.endpoints.map(({ addresses }) => addresses)).toEqual([['10.2.0.5']]);
  });
});

describe('toBrokerObjects and its readers', () => {
  it('carry a record over and back', () => {
    const record = localRecord();
    const { accepted, rejections } = readBrokerImport(brokerImport());
    const slice = readBrokerSlice(brokerSlice(), policy);
    expect([...rejections, ...slice.rejections]).toEqual([]);
    expect({ ...accepted, groups: [slice.accepted?.group] }).toEqual({ ...record, createdAt: CREATED });
  });

  it("name objects by origin, namespace and cluster, with the how-to's labels and annotations", () => {
    const { metadata } = brokerImport();
    expect(metadata.name).toBe('web.shop.west');
    expect(metadata.annotations).toMatchObject({ 'origin-name': 'web', 'origin-namespace': 'shop', 'cluster-ip': '10.96.0.10' });
    expect(metadata.labels).toMatchObject({ 'lighthouse.submariner.io/sourceCluster': 'west', 'submariner-io/clusterID': 'west', [MEMBER]: 'west' });
  });

  it('carry a placement policy over, and refuse one that is none', () => {
    const record = { ...localRecord(), placement: { mode: 'failover' as const, clusters: ['east', 'west'] } };
    const object = stored(resources.serviceImports, toBrokerObjects(record, 'broker').serviceImport.object);
    expect(readBrokerImport(object).accepted?.placement).toEqual(record.placement);
    object.metadata.annotations = { ...object.metadata.annotations, 'mcs.clusterset.local/policy-placement': 'nearest' };
    expect(readBrokerImport(object)).toMatchObject({ accepted: { placement: { mode: 'all' } }, rejections: [{ reason: 'FieldInvalid' }] });
  });

  it('write neither node names nor target references', () => {
    expect(brokerSlice().endpoints?.[0]).toEqual({ addresses: ['10.2.0.5'], conditions: { ready: true, serving: true, terminating: false } });
  });

  it('keep very long slice names apart and readable back', () => {
    const record = localRecord();
    const name = `${'a'.repeat(240)}.x`;
    const long = { ...record, groups: record.groups.map((group) => ({ ...group, name })) };
    const object = brokerSlice(undefined, long);
    expect(object.metadata.name.length).toBeLessThanOrEqual(253);
    expect(readBrokerSlice(object, policy).accepted?.identity).toMatchObject({ name, namespace: 'shop', cluster: 'west' });
  });
});

interface HostileImport {
  readonly title: string;
  readonly change: (object: ServiceImport) => void;
  readonly reason: string;
}

const HOSTILE_IMPORTS: readonly HostileImport[] = [
  { title: 'a namespace annotation other than the name', change: ({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'mcs.clusterset.local/origin-namespace': 'kube-system' }), reason: 'NameMalformed' },
  { title: 'a name with other labels', change: ({ metadata }) => (metadata.name = 'web.kube-system.west'), reason: 'NameMalformed' },
  { title: 'a namespace label other than the name', change: ({ metadata }) => (metadata.labels = { ...metadata.labels, 'lighthouse.submariner.io/sourceNamespace': 'kube-system' }), reason: 'LabelsDisagree' },
  { title: "another member's label", change: ({ metadata }) => (metadata.labels = { ...metadata.labels, [MEMBER]: 'south' }), reason: 'LabelsDisagree' },
  { title: 'another source cluster', change: ({ metadata }) => (metadata.labels = { ...metadata.labels, 'multicluster.kubernetes.io/source-cluster': 'south' }), reason: 'LabelsDisagree' },
  { title: 'another service', change: ({ metadata }) => (metadata.labels = { ...metadata.labels, 'multicluster.kubernetes.io/service-name': 'bank' }), reason: 'LabelsDisagree' },
  { title: 'no ownership tag', change: ({ metadata }) => delete metadata.labels?.['mcs.clusterset.local/owner'], reason: 'LabelsDisagree' },
  { title: 'no labels at all', change: ({ metadata }) => delete metadata.labels, reason: 'LabelsDisagree' },
  { title: 'a port out of range', change: ({ spec }) => (spec.ports = [{ port: 70_000 }]), reason: 'PortInvalid' },
  { title: 'two ports of one number', change: ({ spec }) => (spec.ports = [{ name: 'a', port: 80 }, { name: 'b', port: 80 }]), reason: 'PortInvalid' },
  { title: 'a port name that no Service takes', change: ({ spec }) => (spec.ports = [{ name: 'A_B', port: 80 }]), reason: 'PortInvalid' },
  { title: 'a thousand and one ports', change: ({ spec }) => (spec.ports = Array.from({ length: 1_001 }, (_, index) => ({ name: `p${index}`, port: index + 1 }))), reason: 'PortInvalid' },
  { title: 'ports that are no list', change: ({ spec }) => (spec.ports = 'all' as never), reason: 'PortInvalid' },
  { title: 'an unknown type', change: ({ spec }) => (spec.type = 'Any' as never), reason: 'FieldInvalid' },
  { title: 'no spec', change: (object) => delete (object as Partial<ServiceImport>).spec, reason: 'FieldInvalid' },
];

describe('readBrokerImport', () => {
  it.each(HOSTILE_IMPORTS)('refuses $title', ({ change, reason }) => {
    const { accepted, rejections } = readBrokerImport(brokerImport(change));
    expect(accepted).toBeUndefined();
    expect(rejections.map((rejection) => rejection.reason)).toEqual([reason]);
  });

  it('drops exported labels that are malformed or reserved, and says so', () => {
    const labels = { good: 'yes', 'mcs.clusterset.local/owner': 'me', 'bad key': 'x', long: 'x'.repeat(64), number: 1 };
    const { accepted, rejections } = readBrokerImport(brokerImport(({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'mcs.clusterset.local/exported-labels': JSON.stringify(labels) })));
    expect(accepted?.exportedLabels).toEqual({ good: 'yes' });
    expect(rejections[0]?.message).toContain('4 entries');
  });

  it('drops exported annotations that would not fit on the import, and says so', () => {
    const huge = JSON.stringify({ note: 'x'.repeat(65_536) });
    const { accepted, rejections } = readBrokerImport(brokerImport(({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'mcs.clusterset.local/exported-annotations': huge })));
    expect(accepted?.exportedAnnotations).toEqual({});
    expect(rejections).toEqual([expect.objectContaining({ reason: 'FieldInvalid', message: 'annotation mcs.clusterset.local/exported-annotations is longer than 65536 characters' })]);
  });

  it('takes no more than two virtual addresses, and only such', () => {
    const { accepted } = readBrokerImport(brokerImport(({ spec }) => (spec.ips = ['x'.repeat(10_000), '10.96.0.1', 'fd00::1', '10.96.0.2'])));
    expect(accepted?.ips).toEqual(['10.96.0.1', 'fd00::1']);
  });

  it('takes the time of creation from what the broker noted, and from nothing else', () => {
    const forged = { 'mcs.clusterset.local/created-at': '2000-01-01T00:00:00Z', 'lighthouse.submariner.io/timestamp': '1' };
    expect(readBrokerImport(brokerImport(({ metadata }) => (metadata.annotations = { ...metadata.annotations, ...forged }))).accepted?.createdAt).toBe(CREATED);
  });

  it.each(['{', '[]', 'null', '"text"'])('survives exported labels that are %s', (text) => {
    const { accepted, rejections } = readBrokerImport(brokerImport(({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'mcs.clusterset.local/exported-labels': text })));
    expect(accepted?.exportedLabels).toEqual({});
    expect(rejections).toHaveLength(1);
  });
});

interface HostileSlice {
  readonly title: string;
  readonly addresses: readonly string[];
  readonly reason: string;
  readonly as?: string;
  readonly family?: 'IPv4' | 'IPv6';
}

const HOSTILE_ADDRESSES: readonly HostileSlice[] = [
  { title: 'an address outside the granted ranges', addresses: ['10.9.0.1'], reason: 'AddressNotGranted' },
  { title: 'loopback', addresses: ['127.0.0.1'], reason: 'AddressSpecial' },
  { title: 'loopback though everything is granted', addresses: ['127.0.0.1'], reason: 'AddressSpecial', as: 'wide' },
  { title: 'link-local, where clouds serve credentials', addresses: ['169.254.169.254'], reason: 'AddressSpecial', as: 'wide' },
  { title: 'multicast', addresses: ['224.0.0.1'], reason: 'AddressSpecial', as: 'wide' },
  { title: 'loopback as an IPv6 address', addresses: ['::ffff:127.0.0.1'], reason: 'AddressSpecial', as: 'wide', family: 'IPv6' },
  { title: 'an unspecified address', addresses: ['0.0.0.0'], reason: 'AddressSpecial', as: 'wide' },
  { title: "an address of the importer's pods", addresses: ['10.1.2.3'], reason: 'AddressContested', as: 'wide' },
  { title: "an address of the importer's services", addresses: ['10.96.0.1'], reason: 'AddressContested', as: 'wide' },
  { title: 'an address of an older member', addresses: ['10.2.200.1'], reason: 'AddressContested', as: 'young' },
  { title: 'an address of another family', addresses: ['fd00::1'], reason: 'AddressInvalid' },
  { title: 'a name in place of an address', addresses: ['example.com'], reason: 'AddressInvalid' },
  { title: 'octal notation', addresses: ['010.2.0.1'], reason: 'AddressInvalid' },
  { title: 'no address', addresses: [], reason: 'AddressInvalid' },
  { title: 'a second address that is bad', addresses: ['10.2.0.5', '10.9.0.1'], reason: 'AddressNotGranted' },
];

function rename(object: EndpointSlice, from: string, to: string): void {
  const text = JSON.stringify(object.metadata).replaceAll(`.${from}"`, `.${to}"`).replaceAll(`"${from}"`, `"${to}"`);
  object.metadata = JSON.parse(text) as EndpointSlice['metadata'];
}

describe('readBrokerSlice', () => {
  it.each(HOSTILE_ADDRESSES)('refuses $title', ({ addresses, reason, as = 'west', family = 'IPv4' }: HostileSlice) => {
    const object = brokerSlice((slice) => {
      slice.addressType = family;
      slice.endpoints = [{ addresses: [...addresses] }, { addresses: [as === 'young' ? '10.3.0.1' : '10.2.0.7'] }];
      rename(slice, 'west', as);
    });
    const { accepted, rejections } = readBrokerSlice(object, policy);
    const expected = as === 'wide' ? [] : [[as === 'young' ? '10.3.0.1' : '10.2.0.7']];
    expect(accepted?.group.endpoints.map((endpoint) => endpoint.addresses)).toEqual(expected);
    expect(rejections.map((rejection) => rejection.reason)).toContain(reason);
  });

  it('accepts loopback only where the own process was started in the sandbox', () => {
    const clusters = [cluster('west', ['127.16.0.0/16'])];
    const object = brokerSlice((slice) => (slice.endpoints = [{ addresses: ['127.16.0.4'] }]));
    const read = (allowLoopback: boolean): number | undefined =>
      readBrokerSlice(object, createAddressPolicy({ clusters, localCluster: 'east', ownRanges: [], allowLoopback })).accepted?.group.endpoints.length;
    expect(read(true)).toBe(1);
    expect(read(false)).toBe(0);
  });

  it('refuses everything of a cluster that is no member', () => {
    const object = brokerSlice((slice) => rename(slice, 'west', 'nobody'));
    expect(readBrokerSlice(object, policy)).toMatchObject({ accepted: undefined, rejections: [{ reason: 'UnknownMember' }] });
  });

  it.each([
    ['a hostname that is no label', { addresses: ['10.2.0.5'], hostname: 'a.b' }],
    ['a condition that is no boolean', { addresses: ['10.2.0.5'], conditions: { ready: 'yes' } }],
    ['a zone that is no label value', { addresses: ['10.2.0.5'], zone: 'a b' }],
    ['an endpoint that is no object', 'x'],
  ])('drops %s', (_title, endpoint) => {
    const { accepted, rejections } = readBrokerSlice(brokerSlice((slice) => (slice.endpoints = [endpoint as never])), policy);
    expect(accepted?.group.endpoints).toEqual([]);
    expect(rejections.map(({ reason }) => reason)).toEqual(['FieldInvalid']);
  });

  it('takes no more endpoints than a slice may have', () => {
    const { accepted, rejections } = readBrokerSlice(brokerSlice((slice) => (slice.endpoints = Array.from({ length: 1_001 }, () => ({ addresses: ['10.2.0.5'] })))), policy);
    expect(accepted?.group.endpoints).toHaveLength(1_000);
    expect(rejections.map(({ reason }) => reason)).toEqual(['QuotaExceeded']);
  });

  it('survives a slice without endpoints and ports', () => {
    const object = brokerSlice((slice) => {
      delete (slice as Partial<EndpointSlice>).endpoints;
      delete slice.ports;
    });
    expect(readBrokerSlice(object, policy).accepted?.group).toMatchObject({ endpoints: [], ports: [] });
  });
});
