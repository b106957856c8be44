import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../src/api/types/index.ts';
import type { MirrorContext } from '../../../../src/mirror/translate/mirror-context.ts';
import { toMirrorEndpoints } from '../../../../src/mirror/translate/mirror-endpoints.ts';
import { toMirrorNamespace } from '../../../../src/mirror/translate/mirror-namespace.ts';
import { mirrorMustReplace, toMirrorService } from '../../../../src/mirror/translate/mirror-service.ts';
import { toMirrorSlices } from '../../../../src/mirror/translate/mirror-slices.ts';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { localEndpoints, sourceRecord } from '../../../helpers/mirror-sources.ts';
import { endpointGroup, localService, localSlice, serviceRecord } from '../../../helpers/service-records.ts';

const CONTEXT: MirrorContext = { owner: 'mirror-default', preset: 'none', target: { namespace: 'shop', name: 'web' }, server: 'http://10.4.0.9:8080' };
const REFLECTOR: MirrorContext = { ...CONTEXT, preset: 'reflector' };
const CROSS_CLUSTER: MirrorContext = { ...CONTEXT, preset: 'cross-cluster' };

function specOf(record: SyncRecord, standing?: Service): Service['spec'] {
  return toMirrorService(record, CONTEXT, standing).object.spec;
}

function mirrorOf(spec: Partial<Service['spec']>): Service['spec'] {
  return specOf(sourceRecord({ service: localService(spec) }));
}

const TAG = {
  'app.kubernetes.io/managed-by': 'mcs',
  'mcs.clusterset.local/owner': 'mirror-default',
  'mcs.clusterset.local/origin-cluster': 'west',
};
const ORIGIN = { 'mcs.clusterset.local/origin-name': 'web', 'mcs.clusterset.local/origin-namespace': 'shop' };

describe('toMirrorService: spec', () => {
  it('SR-3: has no selector, and of the source ports with their target ports', () => {
    expect(mirrorOf({ selector: { app: 'web' }, externalIPs: ['192.0.2.1'] } as Partial<Service['spec']>)).toEqual({
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
      ipFamilyPolicy: 'SingleStack',
      ipFamilies: ['IPv4'],
      sessionAffinity: 'None',
    });
  });

  it.each(['NodePort', 'LoadBalancer'] as const)('SR-5, CC-9: %s becomes ClusterIP, without its node port', (type) => {
    const { type: mirrored, ports } = mirrorOf({ type, ports: [{ name: 'http', port: 80, nodePort: 30_080 }] });
    expect({ mirrored, ports }).toEqual({ mirrored: 'ClusterIP', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }] });
  });

  it('CC-2: headless stays headless', () => {
    expect(mirrorOf({ clusterIP: 'None', clusterIPs: ['None'] })).toMatchObject({ type: 'ClusterIP', clusterIP: 'None' });
  });

  it('SR-5: ExternalName stays ExternalName', () => {
    expect(mirrorOf({ type: 'ExternalName', externalName: 'db.example.com', ports: [] })).toEqual({ type: 'ExternalName', externalName: 'db.example.com', ports: [], sessionAffinity: 'None' });
  });

  it('CC-2: carries session affinity with its time', () => {
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
    expect(mirrorOf({ sessionAffinity: 'ClientIP', sessionAffinityConfig })).toMatchObject({ sessionAffinity: 'ClientIP', sessionAffinityConfig });
  });

  it('routes everywhere, whatever the source does: no endpoint has its node here', () => {
    expect(mirrorOf({ internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' })).toMatchObject({ internalTrafficPolicy: 'Cluster' });
    expect(mirrorOf({ trafficDistribution: 'PreferClose' })).not.toHaveProperty('trafficDistribution');
  });

  it.each([
    { title: 'one family', families: ['IPv6'], asked: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] } },
    { title: 'two families: those that the target has', families: ['IPv6', 'IPv4'], asked: { ipFamilyPolicy: 'PreferDualStack', ipFamilies: undefined } },
    { title: 'not known', families: [], asked: { ipFamilyPolicy: undefined, ipFamilies: undefined } },
  ] as const)('families: $title', ({ families, asked }) => {
    const { ipFamilyPolicy, ipFamilies } = specOf(serviceRecord('west', { ipFamilies: families }));
    expect({ ipFamilyPolicy, ipFamilies }).toEqual(asked);
  });

  it('does not ask again for a family that the target did not give to this very Service', () => {
    const labels = { ...TAG, 'mcs.clusterset.local/origin-uid': 'west-uid' };
    const standing = localService({ ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }, { labels });
    const record = serviceRecord('west');
    expect(specOf(record, standing).ipFamilies).toBeUndefined();
    expect(specOf({ ...record, origin: { ...record.origin, uid: 'another' } }, standing).ipFamilies).toEqual(['IPv4']);
    expect(specOf(record, { ...standing, spec: { ...standing.spec, ipFamilyPolicy: 'PreferDualStack' } }).ipFamilies).toEqual(['IPv4']);
  });
});

describe('toMirrorService: metadata', () => {
  const service = localService({}, { labels: { app: 'web', 'fair.com/cross-cluster': 'true' }, annotations: { note: 'x' } });
  const record = sourceRecord({ service });

  it.each([
    { preset: 'none', labels: {}, annotations: {} },
    { preset: 'reflector', labels: {}, annotations: { 'service-reflector.squat.ai/reflected': 'true', 'service-reflector.squat.ai/source': 'http://10.4.0.9:8080' } },
    { preset: 'cross-cluster', labels: { 'fair.com/cross-cluster': 'follower' }, annotations: {} },
  ] as const)('SR-3, CC-1, preset $preset: its tag, its origin, its marks, and what it copies', ({ preset, labels, annotations }) => {
    expect(toMirrorService(record, { ...CONTEXT, preset }).object.metadata).toEqual({
      name: 'web',
      namespace: 'shop',
      labels: { app: 'web', ...TAG, 'mcs.clusterset.local/origin-uid': 'service-uid', ...labels },
      annotations: { note: 'x', ...ORIGIN, ...annotations, 'mcs.clusterset.local/applied-keys': '{"labels":["app"],"annotations":["note"]}' },
    });
  });

  it('stands where it is mapped to, and tells where it comes from', () => {
    expect(toMirrorService(record, { ...CONTEXT, target: { namespace: 'mirrors', name: 'west-web' } }).object.metadata).toMatchObject({ name: 'west-web', namespace: 'mirrors', annotations: ORIGIN });
  });

  it("takes back what an earlier state of the source has set, and leaves other people's keys", () => {
    const applied = JSON.stringify({ labels: ['app', 'gone'], annotations: ['note', 'old'] });
    const standing = localService({}, { labels: { app: 'web', gone: 'x', theirs: 'x' }, annotations: { old: 'x', 'mcs.clusterset.local/applied-keys': applied } });
    const { absent = [] } = toMirrorService(record, CONTEXT, standing);
    expect(absent).toEqual(expect.arrayContaining([['metadata', 'labels', 'gone'], ['metadata', 'annotations', 'old']]));
    expect(absent).not.toContainEqual(['metadata', 'labels', 'app']);
    expect(absent).not.toContainEqual(['metadata', 'labels', 'theirs']);
  });

  it.each(['{', 'null', '7', '{"labels":7}', '[]'])('takes nothing back where the list was edited to %s', (text) => {
    const standing = localService({}, { labels: { theirs: 'x' }, annotations: { 'mcs.clusterset.local/applied-keys': text } });
    expect(toMirrorService(record, CONTEXT, standing).absent).not.toContainEqual(['metadata', 'labels', 'theirs']);
  });

  it('removes the marks of a preset that is no longer used', () => {
    expect(toMirrorService(record, CONTEXT).absent).toEqual(expect.arrayContaining([['metadata', 'annotations', 'service-reflector.squat.ai/reflected'], ['metadata', 'labels', 'fair.com/cross-cluster']]));
    expect(toMirrorService(record, CROSS_CLUSTER).absent).not.toContainEqual(['metadata', 'labels', 'fair.com/cross-cluster']);
  });
});

describe('mirrorMustReplace', () => {
  it.each([
    { title: 'headless to a virtual address', from: { clusterIP: 'None' }, to: {}, is: true },
    { title: 'a virtual address to headless', from: {}, to: { clusterIP: 'None', clusterIPs: ['None'] }, is: true },
    { title: 'another first family', from: { ipFamilies: ['IPv6'] }, to: { ipFamilies: ['IPv4'] }, is: true },
    { title: 'a second family more', from: {}, to: { ipFamilies: ['IPv4', 'IPv6'] }, is: false },
    { title: 'a second family less', from: { ipFamilies: ['IPv4', 'IPv6'] }, to: {}, is: false },
    { title: 'to ExternalName', from: {}, to: { type: 'ExternalName', externalName: 'db.example.com' }, is: false },
    { title: 'headless to ExternalName', from: { clusterIP: 'None' }, to: { type: 'ExternalName', externalName: 'db.example.com' }, is: false },
    { title: 'ExternalName to headless', from: { type: 'ExternalName', externalName: 'db.example.com' }, to: { clusterIP: 'None', clusterIPs: ['None'] }, is: false },
    { title: 'other ports', from: { ports: [] }, to: {}, is: false },
    { title: 'a load balancer that somebody made of it', from: { type: 'LoadBalancer' }, to: {}, is: false },
  ] as const)('$title: $is', ({ from, to, is }) => {
    const standing = localService(from as Partial<Service['spec']>);
    expect(mirrorMustReplace(standing, toMirrorService(sourceRecord({ service: localService(to as Partial<Service['spec']>) }), CONTEXT, standing))).toBe(is);
  });
});

describe('toMirrorSlices', () => {
  it('gives one for each slice of the source, with nothing that means nothing here', () => {
    const slice = localSlice(['10.1.0.1']);
    slice.endpoints = [{ addresses: ['10.1.0.1'], conditions: { ready: true }, hostname: 'web-0', zone: 'a', nodeName: 'node-1', targetRef: { kind: 'Pod', name: 'web-0' } }];
    expect(toMirrorSlices(sourceRecord({ slices: [slice] }), REFLECTOR)).toEqual([
      {
        object: {
          metadata: {
            name: 'web-abcde.west',
            namespace: 'shop',
            labels: { ...TAG, 'mcs.clusterset.local/origin-uid': 'slice-uid', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'mirror.mcs.clusterset.local' },
            annotations: { ...ORIGIN, 'service-reflector.squat.ai/reflected': 'true', 'service-reflector.squat.ai/source': 'http://10.4.0.9:8080' },
          },
          addressType: 'IPv4',
          ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
          endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready: true, serving: true, terminating: false }, hostname: 'web-0', zone: 'a' }],
        },
        absent: expect.any(Array),
      },
    ]);
  });

  it('points at the mirror under its own name', () => {
    const [slice] = toMirrorSlices(sourceRecord(), { ...CONTEXT, target: { namespace: 'shop', name: 'west-web' } });
    expect(slice?.object.metadata.labels?.['kubernetes.io/service-name']).toBe('west-web');
  });

  it('CC-1: marks followers', () => {
    expect(toMirrorSlices(sourceRecord(), CROSS_CLUSTER)[0]?.object.metadata.labels).toMatchObject({ 'fair.com/cross-cluster': 'follower' });
  });

  it('gives slices of one name names of their own where mapped namespaces or names bring them together', () => {
    const nameOf = (namespace: string, slice: string, target: string, targetName = 'web'): string | undefined => {
      const record = serviceRecord('west', { origin: { cluster: 'west', namespace, name: 'web', uid: 'x' }, groups: [endpointGroup(slice, ['10.1.0.1'])] });
      return toMirrorSlices(record, { ...CONTEXT, target: { namespace: target, name: targetName } })[0]?.object.metadata.name;
    };
    expect([nameOf('a', 'web-1', 'all'), nameOf('b', 'web-1', 'all'), nameOf('all', 'web-1', 'all'), nameOf('all', 'web-1.a', 'all')]).toEqual(['web-1.a.web.west', 'web-1.b.web.west', 'web-1.west', 'web-1.a.all.web.west']);
    expect([nameOf('shop', 'web-1', 'shop', 'web-x'), nameOf('shop', 'web-1', 'shop', 'web-y')]).toEqual(['web-1.shop.web-x.west', 'web-1.shop.web-y.west']);
    expect(nameOf('shop', 'x', 'shop', 'z')).not.toBe(nameOf('z', 'x.shop', 'z'));
  });
});

describe('toMirrorEndpoints', () => {
  const ready = (address: string, hostname?: string) => ({ addresses: [address], ready: true, serving: true, terminating: false, ...(hostname !== undefined && { hostname }) });
  const notReady = (address: string, terminating = false) => ({ addresses: [address], ready: false, serving: terminating, terminating });
  const record = (endpoints: SyncRecord['groups'][number]['endpoints'], overrides: Partial<SyncRecord> = {}): SyncRecord => serviceRecord('west', { groups: [{ ...endpointGroup('web-1', []), endpoints }], ...overrides });

  it("SR-4, CC-3: has the Service's name, labels and marks, and makes Kubernetes write no slices", () => {
    const { metadata } = toMirrorEndpoints(record([], { exportedLabels: { app: 'web' }, exportedAnnotations: { note: 'x' } }), CROSS_CLUSTER).object;
    expect(metadata).toMatchObject({ name: 'web', namespace: 'shop', labels: { app: 'web', 'endpointslice.kubernetes.io/skip-mirror': 'true', 'fair.com/cross-cluster': 'follower', 'mcs.clusterset.local/owner': 'mirror-default' } });
    expect(metadata.annotations).not.toHaveProperty('note');
  });

  it('CC-3: has what is ready, what is not, and host names, but not what is about to go', () => {
    const { subsets } = toMirrorEndpoints(record([ready('10.1.0.2'), ready('10.1.0.1', 'web-0'), notReady('10.1.0.3'), notReady('10.1.0.4', true)]), CONTEXT).object;
    expect(subsets).toEqual([{ addresses: [{ ip: '10.1.0.1', hostname: 'web-0' }, { ip: '10.1.0.2' }], notReadyAddresses: [{ ip: '10.1.0.3' }], ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] }]);
  });

  it('puts slices of the same ports into one subset, and each address once', () => {
    const groups = [endpointGroup('a', ['10.1.0.1', '10.1.0.2']), endpointGroup('b', ['10.1.0.2', '10.1.0.3']), endpointGroup('c', ['10.1.0.9'], ['http TCP/9090'])];
    const { subsets } = toMirrorEndpoints(serviceRecord('west', { groups }), CONTEXT).object;
    expect(subsets?.map(({ addresses, ports }) => `${addresses?.map(({ ip }) => ip).join(',') ?? ''} ${ports?.[0]?.port ?? 0}`)).toEqual(['10.1.0.1,10.1.0.2,10.1.0.3 8080', '10.1.0.9 9090']);
  });

  it('is of the first family only, as Kubernetes has it', () => {
    const groups = [endpointGroup('a', ['10.1.0.1']), { ...endpointGroup('b', ['fd00::1']), family: 'IPv6' as const }];
    const { subsets } = toMirrorEndpoints(serviceRecord('west', { groups, ipFamilies: ['IPv6', 'IPv4'] }), CONTEXT).object;
    expect(subsets?.map(({ addresses }) => addresses)).toEqual([[{ ip: 'fd00::1' }]]);
  });

  it('keeps the order that an API server gave to what stands, and writes when more than that differs', () => {
    const wanted = record([ready('10.1.0.1'), ready('10.1.0.2')]);
    const stored = [{ ports: [{ name: 'http', port: 8080, protocol: 'TCP' as const }], addresses: [{ ip: '10.1.0.2' }, { ip: '10.1.0.1' }] }];
    expect(toMirrorEndpoints(wanted, CONTEXT, localEndpoints(stored)).object.subsets).toBe(stored);
    expect(toMirrorEndpoints(record([ready('10.1.0.1')]), CONTEXT, localEndpoints(stored)).object.subsets).toEqual([expect.objectContaining({ addresses: [{ ip: '10.1.0.1' }] })]);
  });
});

describe('toMirrorNamespace', () => {
  it.each([
    { context: CONTEXT, annotations: undefined },
    { context: REFLECTOR, annotations: { 'service-reflector.squat.ai/reflected': 'true' } },
  ])('SR-2: carries our tag, and the mark of preset $context.preset', ({ context, annotations }) => {
    const { metadata } = toMirrorNamespace(context, 'west').object;
    expect(metadata).toEqual({ name: 'shop', labels: { ...TAG, 'mcs.clusterset.local/origin-uid': '' }, ...(annotations && { annotations }) });
  });
});
