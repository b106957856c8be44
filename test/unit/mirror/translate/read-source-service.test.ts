import { describe, expect, it } from '@jest/globals';
import type { Endpoint, EndpointSlice, Service } from '../../../../src/api/types/index.ts';
import { localEndpoints, readSource, sourceRecord } from '../../../helpers/mirror-sources.ts';
import { localService, localSlice } from '../../../helpers/service-records.ts';

const PORT = { name: 'http', protocol: 'TCP' as const, port: 8080 };

/** What a source may answer, typed or not. */
function serviceOf(spec: unknown, metadata: object = {}): Service {
  const service = localService({}, metadata);
  return { ...service, spec } as unknown as Service;
}

function sliceOf(overrides: object): EndpointSlice {
  return { ...localSlice(['10.1.0.1']), ...overrides };
}

/** `10.1.0.1 ready serving` for each endpoint of each group. */
function endpointsOf({ record }: ReturnType<typeof readSource>): string[] {
  return (record?.groups ?? []).flatMap(({ endpoints }) => endpoints.map(({ addresses, ready, serving, terminating, hostname }) => [...addresses, ready && 'ready', serving && 'serving', terminating && 'terminating', hostname].filter(Boolean).join(' ')));
}

describe('readSourceService: the Service', () => {
  it.each([
    { title: 'ClusterIP', spec: {}, kind: 'ClusterSetIP' },
    { title: 'SR-5: NodePort', spec: { type: 'NodePort' }, kind: 'ClusterSetIP' },
    { title: 'SR-5: LoadBalancer', spec: { type: 'LoadBalancer' }, kind: 'ClusterSetIP' },
    { title: 'SR-5: headless', spec: { clusterIP: 'None', clusterIPs: ['None'] }, kind: 'Headless' },
    { title: 'SR-5: ExternalName', spec: { type: 'ExternalName', externalName: 'db.example.com.' }, kind: 'ExternalName' },
    { title: 'an emitter that leaves virtual addresses out', spec: { clusterIP: undefined, clusterIPs: undefined }, kind: 'ClusterSetIP' },
  ] as const)('$title is $kind', ({ spec, kind }) => {
    expect(sourceRecord({ service: localService(spec as Partial<Service['spec']>) }).kind).toBe(kind);
  });

  it('tells where it comes from', () => {
    const service = localService({}, { creationTimestamp: '2026-01-01T00:00:00Z' });
    expect(sourceRecord({ service })).toMatchObject({ origin: { cluster: 'west', namespace: 'shop', name: 'web', uid: 'service-uid' }, createdAt: '2026-01-01T00:00:00Z' });
  });

  it('SR-3: takes ports with their target ports, and never node ports', () => {
    const ports = [{ name: 'http', port: 80, targetPort: 'web', nodePort: 30_080 }, { name: 'dns', protocol: 'UDP' as const, port: 53, appProtocol: 'example.com/dns' }];
    expect(sourceRecord({ service: localService({ type: 'NodePort', ports }) }).ports).toEqual([
      { name: 'http', protocol: 'TCP', port: 80, targetPort: 'web' },
      { name: 'dns', protocol: 'UDP', port: 53, appProtocol: 'example.com/dns' },
    ]);
  });

  it("SR-3: takes labels and annotations without kubectl's, without our keys, and without the marks of older systems", () => {
    const kept = { 'app': 'web', 'example.com/team': 'shop' };
    const labels = { ...kept, 'app.kubernetes.io/managed-by': 'Helm', 'fair.com/cross-cluster': 'true', 'mcs.clusterset.local/owner': 'x' };
    const annotations = { ...kept, 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'service-reflector.squat.ai/source': 'x', 'multicluster.kubernetes.io/derived-service': 'x' };
    expect(sourceRecord({ service: localService({}, { labels, annotations }) })).toMatchObject({ exportedLabels: kept, exportedAnnotations: kept });
  });

  it('leaves out labels and annotations that no API server takes, and tells how many', () => {
    const metadata = { labels: { app: 'web', '-bad': 'x', tier: 'a b', n: 7 }, annotations: { note: 'kept', 'a/b/c': 'x', list: ['x'] } } as unknown as Service['metadata'];
    const { record, problems } = readSource({ service: localService({}, metadata) });
    expect(record).toMatchObject({ exportedLabels: { app: 'web' }, exportedAnnotations: { note: 'kept' } });
    expect(problems.map(({ message }) => message)).toEqual(['3 labels of the Service are malformed', '2 annotations of the Service are malformed']);
  });

  it('leaves annotations out that leave no room for its own', () => {
    const { record, problems } = readSource({ service: localService({}, { annotations: { note: 'x'.repeat(200_000) } }) });
    expect({ annotations: record?.exportedAnnotations, said: problems[0]?.message }).toEqual({ annotations: {}, said: 'The annotations of the Service are more than 196608 bytes' });
  });

  it('names the families of sources of before dual stack by their addresses', () => {
    const old = localService({ ipFamilies: undefined as never, clusterIPs: undefined as never });
    expect(sourceRecord({ service: old }).ipFamilies).toEqual(['IPv4']);
    expect(sourceRecord({ service: localService({ ipFamilies: [], clusterIP: 'None', clusterIPs: ['None'] }), slices: [sliceOf({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'] }] })] }).ipFamilies).toEqual(['IPv6']);
  });

  it.each([
    { title: 'no spec', spec: undefined, says: 'The Service has no spec' },
    { title: 'a spec that is a text', spec: 'ClusterIP', says: 'The Service has no spec' },
    { title: 'an unknown type', spec: { type: 'Magic', ports: [{ port: 80 }] }, says: 'The type of the Service is unknown' },
    { title: 'no port', spec: { clusterIP: '10.0.0.1' }, says: 'The Service has no port that can be used' },
    { title: 'null for a list of ports', spec: { clusterIP: '10.0.0.1', ports: null }, says: 'The Service has no port that can be used' },
    { title: 'an external name with an underscore', spec: { type: 'ExternalName', externalName: 'a_b.example.com' }, says: 'The external name of the Service is no DNS name' },
    { title: 'no external name', spec: { type: 'ExternalName' }, says: 'The external name of the Service is no DNS name' },
  ])('mirrors nothing of $title', ({ spec, says }) => {
    const { record, problems } = readSource({ service: serviceOf(spec) });
    expect({ record, problems }).toEqual({ record: undefined, problems: [{ reason: 'SourceInvalid', source: 'west', service: 'shop/web', target: 'shop/web', message: says }] });
  });

  it.each([
    { title: 'out of range', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 70_000 }, { name: 'c', port: 0 }], left: ['a'], refused: 2 },
    { title: 'of one name', ports: [{ name: 'a', port: 80 }, { name: 'a', port: 81 }], left: ['a'], refused: 1 },
    { title: 'of one number', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 80 }], left: ['a'], refused: 1 },
    { title: 'of one number, but of two protocols', ports: [{ name: 'a', port: 53 }, { name: 'b', port: 53, protocol: 'UDP' }], left: ['a', 'b'], refused: 0 },
    { title: 'without a name among several', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }, { port: 82 }], left: ['a', 'b'], refused: 1 },
    { title: 'of another kind', ports: [null, 80, 'http', { name: 'a', port: 80 }, { name: 'B', port: 1 }, { name: 'c', port: 2, protocol: 'ICMP' }], left: ['a'], refused: 5 },
    { title: 'beyond all measure', ports: Array.from({ length: 1_500 }, (_, index) => ({ name: `p${index}`, port: index + 1 })), left: Array.from({ length: 1_000 }, (_, index) => `p${index}`), refused: 500 },
  ])('leaves out ports $title', ({ ports, left, refused }) => {
    const { record, problems } = readSource({ service: serviceOf({ clusterIP: '10.0.0.1', ports }) });
    expect(record?.ports.map(({ name }) => name)).toEqual(left);
    expect(problems.map(({ message }) => message)).toEqual(refused === 0 ? [] : [`${refused} ports of the Service are malformed, not distinct or too many`]);
  });

  it.each([
    { targetPort: 'web', read: 'web' },
    { targetPort: 8080, read: 8080 },
    { targetPort: 0, read: undefined },
    { targetPort: 70_000, read: undefined },
    { targetPort: '80', read: undefined },
    { targetPort: 'no--name', read: undefined },
    { targetPort: 'longer-than-a-port', read: undefined },
    { targetPort: null, read: undefined },
  ])('target port $targetPort is read as $read', ({ targetPort, read }) => {
    const { record } = readSource({ service: serviceOf({ clusterIP: '10.0.0.1', ports: [{ name: 'http', port: 80, targetPort }] }) });
    expect(record?.ports[0]?.targetPort).toBe(read);
  });
});

describe('readSourceService: EndpointSlices', () => {
  it('CC-3: carries readiness and host names, one group for each slice', () => {
    const endpoints: Endpoint[] = [
      { addresses: ['10.1.0.1'], conditions: { ready: true }, hostname: 'web-0', zone: 'a' },
      { addresses: ['10.1.0.2'], conditions: { ready: false, serving: true, terminating: true } },
    ];
    const record = sourceRecord({ slices: [sliceOf({ metadata: { name: 'web-b', namespace: 'shop', uid: 'b' } }), sliceOf({ metadata: { name: 'web-a', namespace: 'shop', uid: 'a' }, endpoints })] });
    expect(record.groups.map(({ name, uid }) => `${name} ${uid}`)).toEqual(['web-a a', 'web-b b']);
    expect(record.groups[0]?.endpoints).toEqual([
      { addresses: ['10.1.0.1'], ready: true, serving: true, terminating: false, hostname: 'web-0', zone: 'a' },
      { addresses: ['10.1.0.2'], ready: false, serving: true, terminating: true },
    ]);
  });

  it('SR-4: drops what is not ready where that is asked for', () => {
    const slices = [sliceOf({ endpoints: [{ addresses: ['10.1.0.1'] }, { addresses: ['10.1.0.2'], conditions: { ready: false } }] })];
    expect(endpointsOf(readSource({ slices, source: { name: 'west', notReady: 'drop' } }))).toEqual(['10.1.0.1 ready serving']);
    expect(endpointsOf(readSource({ slices }))).toEqual(['10.1.0.1 ready serving', '10.1.0.2']);
  });

  it('SR-6: a Service without endpoints is mirrored as it is', () => {
    expect(sourceRecord({ slices: [] }).groups).toEqual([]);
    expect(sourceRecord({ endpoints: undefined }).groups).toEqual([]);
  });

  it('SR-5: an ExternalName Service has none, whatever is there', () => {
    expect(sourceRecord({ service: localService({ type: 'ExternalName', externalName: 'db.example.com' }) }).groups).toEqual([]);
  });

  it.each([
    { title: 'SR-19: copies', slice: sliceOf({ metadata: { name: 'web-x', namespace: 'shop', labels: { 'mcs.clusterset.local/owner': 'mirror-other' } } }) },
    { title: 'names instead of addresses', slice: sliceOf({ addressType: 'FQDN', endpoints: [{ addresses: ['db.example.com'] }] }) },
  ])('passes over $title without a word', ({ slice }) => {
    expect(sourceRecord({ slices: [slice] }).groups).toEqual([]);
  });

  it.each([
    { title: 'loopback', address: '127.0.0.1', says: '1 endpoints with loopback' },
    { title: 'link-local', address: '169.254.1.1', says: '1 endpoints with loopback, link-local' },
    { title: 'multicast', address: '224.0.0.1', says: 'multicast' },
    { title: 'unspecified', address: '0.0.0.0', says: 'unspecified' },
    { title: 'of another family', address: 'fd00::1', says: '1 endpoints without valid addresses of the slice family' },
    { title: 'no address', address: 'web-0', says: '1 endpoints without valid addresses' },
    { title: 'with leading zeros', address: '10.01.0.1', says: '1 endpoints without valid addresses' },
  ])('leaves an address out that is $title, and mirrors the rest', ({ address, says }) => {
    const read = readSource({ slices: [sliceOf({ endpoints: [{ addresses: [address] }, { addresses: ['10.1.0.2'] }] })] });
    expect(endpointsOf(read)).toEqual(['10.1.0.2 ready serving']);
    expect(read.problems).toEqual([expect.objectContaining({ reason: 'SourceInvalid', message: expect.stringContaining(`EndpointSlice "web-abcde": `) })]);
    expect(read.problems[0]?.message).toContain(says);
  });

  it('takes loopback where pods of the sandbox are on it', () => {
    expect(endpointsOf(readSource({ slices: [localSlice(['127.20.0.1'])], allowLoopback: true }))).toEqual(['127.20.0.1 ready serving']);
  });

  it.each([
    { title: 'null lists', slice: sliceOf({ endpoints: null, ports: null }), endpoints: [], faults: [] },
    { title: 'no list', slice: sliceOf({ endpoints: 'many' }), endpoints: [], faults: [] },
    { title: 'elements of another kind', slice: sliceOf({ endpoints: [null, 7, { addresses: [] }, { addresses: ['10.1.0.1'], hostname: 'A_B' }, { addresses: ['10.1.0.2'], conditions: { ready: 'yes' } }] }), endpoints: [], faults: ['4 endpoints with malformed fields', '1 endpoints without'] },
    { title: 'a port that is none', slice: sliceOf({ ports: [{ name: 'http', port: 99_999 }, { name: 'all' }] }), endpoints: ['10.1.0.1 ready serving'], faults: ['2 ports are malformed'] },
    { title: 'an unknown family', slice: sliceOf({ addressType: 'IPv5' }), endpoints: [], faults: ['its address type is neither'] },
    { title: 'a name that is none', slice: sliceOf({ metadata: { name: 'Web_A', namespace: 'shop' } }), endpoints: [], faults: ['The name of an EndpointSlice is malformed'] },
    { title: 'too many endpoints', slice: localSlice(Array.from({ length: 1_002 }, (_, index) => `10.1.${index >> 8}.${index & 255}`)), endpoints: 1_000, faults: ['2 endpoints beyond the first 1000'] },
  ])('garbage: $title', ({ slice, endpoints, faults }) => {
    const read = readSource({ slices: [slice] });
    expect(typeof endpoints === 'number' ? endpointsOf(read).length : endpointsOf(read)).toEqual(endpoints);
    expect(read.problems.map(({ message }) => message)).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });
});

describe('readSourceService: core/v1 Endpoints', () => {
  it('SR-4, CC-3: reads what is ready and what is not, with host names', () => {
    const endpoints = localEndpoints([{ addresses: [{ ip: '10.1.0.1', hostname: 'web-0', nodeName: 'a' }], notReadyAddresses: [{ ip: '10.1.0.2' }], ports: [PORT] }]);
    const read = readSource({ endpoints });
    expect(endpointsOf(read)).toEqual(['10.1.0.1 ready serving web-0', '10.1.0.2']);
    expect(read.record?.groups[0]).toMatchObject({ uid: 'endpoints-uid', family: 'IPv4', ports: [PORT] });
    expect(endpointsOf(readSource({ endpoints, source: { name: 'west', notReady: 'drop' } }))).toEqual(['10.1.0.1 ready serving web-0']);
  });

  it('splits them by family and by ports, under names that stay when other subsets come and go', () => {
    const dual = { addresses: [{ ip: '10.1.0.1' }, { ip: 'fd00::1' }], ports: [PORT] };
    const other = { addresses: [{ ip: '10.1.0.9' }], ports: [{ ...PORT, port: 9090 }] };
    const namesOf = (subsets: Parameters<typeof localEndpoints>[0]): string[] => sourceRecord({ endpoints: localEndpoints(subsets) }).groups.map(({ name, family, endpoints }) => `${name} ${family} ${endpoints.length}`);
    const [alone, both] = [namesOf([dual]), namesOf([other, dual])];
    expect(alone).toEqual([expect.stringMatching(/^web-ipv4-[0-9a-f]{8} IPv4 1$/), expect.stringMatching(/^web-ipv6-[0-9a-f]{8} IPv6 1$/)]);
    expect(both).toEqual(expect.arrayContaining(alone));
    expect(both).toHaveLength(3);
  });

  it('reads an address once, as ready if it is that anywhere', () => {
    const endpoints = localEndpoints([{ notReadyAddresses: [{ ip: '10.1.0.1' }], ports: [PORT] }, { addresses: [{ ip: '10.1.0.1' }], ports: [PORT] }]);
    expect(endpointsOf(readSource({ endpoints }))).toEqual(['10.1.0.1 ready serving']);
  });

  it('never reads copies', () => {
    expect(sourceRecord({ endpoints: localEndpoints([{ addresses: [{ ip: '10.1.0.1' }], ports: [PORT] }], { labels: { 'fair.com/cross-cluster': 'follower' } }) }).groups).toEqual([]);
  });

  it.each([
    { title: 'null subsets', subsets: null, faults: [] },
    { title: 'null lists', subsets: [{ addresses: null, notReadyAddresses: null, ports: null }], faults: [] },
    { title: 'addresses that are none', subsets: [{ addresses: [null, { ip: 7 }, { ip: 'web' }], ports: [PORT] }], faults: ['Endpoints "web": 3 endpoints without valid addresses'] },
    { title: 'special addresses', subsets: [{ addresses: [{ ip: '127.0.0.1' }, { ip: 'fe80::1' }], ports: [PORT] }], faults: ['1 endpoints with loopback', '1 endpoints with loopback'] },
  ])('garbage: $title', ({ subsets, faults }) => {
    const read = readSource({ endpoints: localEndpoints(subsets as never) });
    expect(endpointsOf(read)).toEqual([]);
    expect(read.problems.map(({ message }) => message)).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });
});
