import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../src/api/types/index.ts';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { toBrokerObjects } from '../../../../src/sync/service/broker-objects.ts';
import { clusterIPsOf, familiesOfIps, type LocalRecord, readLocalService } from '../../../../src/sync/service/service-record.ts';
import { localExport, localService, localSlice } from '../../../helpers/service-records.ts';

function read(service: Service, slices = [localSlice(['10.2.0.5'])], serviceExport = localExport()): LocalRecord {
  return readLocalService({ cluster: 'west', service, serviceExport, slices, isRoutable: () => true });
}

interface Rule {
  readonly rule: string;
  readonly spec: Partial<Service['spec']>;
  readonly expected: Partial<SyncRecord>;
}

const headless = { clusterIP: 'None', clusterIPs: ['None'] };

const RULES: readonly Rule[] = [
  { rule: 'E4 ClusterIP', spec: {}, expected: { kind: 'ClusterSetIP', ips: ['10.96.0.10'] } },
  { rule: 'E4 NodePort', spec: { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30_080 }] }, expected: { kind: 'ClusterSetIP', ports: [{ name: 'http', protocol: 'TCP', port: 80 }] } },
  { rule: 'E4 LoadBalancer', spec: { type: 'LoadBalancer' }, expected: { kind: 'ClusterSetIP' } },
  { rule: 'E4 headless: no virtual address', spec: headless, expected: { kind: 'Headless', ips: [] } },
  { rule: 'E4 ExternalName', spec: { type: 'ExternalName', externalName: 'example.com' }, expected: { kind: 'ExternalName' } },
  { rule: 'C5 sessionAffinity and its settings', spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }, expected: { traffic: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, internalTrafficPolicy: 'Cluster' } } },
  { rule: 'C5 internalTrafficPolicy', spec: { internalTrafficPolicy: 'Local' }, expected: { traffic: { sessionAffinity: 'None', internalTrafficPolicy: 'Local' } } },
  { rule: 'C5 trafficDistribution', spec: { trafficDistribution: 'PreferClose' }, expected: { traffic: { sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', trafficDistribution: 'PreferClose' } } },
  { rule: 'I5 dual stack, in the order of the Service', spec: { clusterIPs: ['fd00::1', '10.96.0.10'], clusterIP: 'fd00::1', ipFamilies: ['IPv6', 'IPv4'] }, expected: { ips: ['fd00::1', '10.96.0.10'], ipFamilies: ['IPv6', 'IPv4'] } },
  { rule: 'C3 appProtocol', spec: { ports: [{ name: 'grpc', port: 80, appProtocol: 'kubernetes.io/h2c' }] }, expected: { ports: [{ name: 'grpc', protocol: 'TCP', port: 80, appProtocol: 'kubernetes.io/h2c' }] } },
];

describe('readLocalService: rules of export', () => {
  it.each(RULES)('$rule', ({ spec, expected }) => {
    expect(read(localService(spec)).record).toMatchObject(expected);
  });

  it.each([
    ['both, in their order', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1', '10.96.0.10'] }, ['fd00::1', '10.96.0.10'], ['IPv6', 'IPv4']],
    ['one of a server without the list', { clusterIP: '10.96.0.10', clusterIPs: undefined }, ['10.96.0.10'], ['IPv4']],
    ['none before they are assigned', { clusterIP: '', clusterIPs: undefined }, [], []],
    ['none of a headless Service', headless, [], []],
  ])('I5: addresses and families go together: %s', (_title, spec, ips, families) => {
    const { clusterIPs: _own, ...rest } = localService().spec;
    const own = { ...localService(), spec: { ...rest, ...(spec.clusterIPs !== undefined && { clusterIPs: spec.clusterIPs }), clusterIP: spec.clusterIP } };
    expect(clusterIPsOf(own)).toEqual(ips);
    expect(familiesOfIps(clusterIPsOf(own))).toEqual(families);
  });

  it('E5: labels and annotations of Service and ServiceExport never travel, those of spec.exported* do', () => {
    const own = { labels: { secret: 'x' }, annotations: { secret: 'x' } };
    const serviceExport = localExport({ exportedLabels: { team: 'web' }, exportedAnnotations: { note: 'any text' } });
    const { record } = read(localService({}, own), [], { ...serviceExport, metadata: { ...serviceExport.metadata, ...own } });
    expect(record).toMatchObject({ exportedLabels: { team: 'web' }, exportedAnnotations: { note: 'any text' } });
    expect(JSON.stringify(toBrokerObjects(record, 'broker'))).not.toContain('secret');
  });

  it('leaves out keys that no importer could write, and names them', () => {
    const exportedLabels = { team: 'web', 'bad value': 'x', spaced: 'a b', 'mcs.clusterset.local/member': 'east' };
    const { record, ignored } = read(localService(), [], localExport({ exportedLabels, exportedAnnotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }));
    expect(record).toMatchObject({ exportedLabels: { team: 'web' }, exportedAnnotations: {} });
    expect(ignored).toEqual([
      { reason: 'UnusableKeys', message: 'Reserved or malformed keys are not exported: bad value, kubectl.kubernetes.io/last-applied-configuration, mcs.clusterset.local/member, spaced' },
    ]);
  });

  it('S4: copies readiness as Kubernetes has decided it, publishNotReadyAddresses included', () => {
    const slice = { ...localSlice([]), endpoints: [{ addresses: ['10.2.0.5'], conditions: { ready: true, serving: false, terminating: true } }, { addresses: ['10.2.0.6'], conditions: { ready: false } }, { addresses: ['10.2.0.7'] }] };
    expect(read(localService({ ...headless, publishNotReadyAddresses: true }), [slice]).record.groups[0]?.endpoints.map(({ ready, serving, terminating }) => [ready, serving, terminating])).toEqual([
      [true, false, true],
      [false, false, false],
      [true, true, false],
    ]);
  });

  it("carries host names of a StatefulSet's pods, and no node names", () => {
    const slice = { ...localSlice([]), endpoints: [{ addresses: ['10.2.0.5'], hostname: 'db-0', nodeName: 'n', zone: 'a', targetRef: { kind: 'Pod', name: 'db-0' } }] };
    const [sent] = toBrokerObjects(read(localService(headless), [slice]).record, 'broker').slices;
    expect(sent?.object.endpoints).toEqual([{ addresses: ['10.2.0.5'], conditions: { ready: true, serving: true, terminating: false }, hostname: 'db-0', zone: 'a' }]);
  });

  it('S1: keeps as many slices as the source has, of up to 1,000 endpoints each', () => {
    const addresses = (third: number, count: number) => Array.from({ length: count }, (_, index) => `10.2.${third + (index >> 8)}.${index & 255}`);
    const slices = [localSlice(addresses(0, 1_000), { name: 'web-a' }), localSlice(addresses(4, 500), { name: 'web-b' })];
    expect(toBrokerObjects(read(localService(), slices).record, 'broker').slices.map(({ object }) => object.endpoints?.length)).toEqual([1_000, 500]);
  });

  it.each([
    { text: undefined, placement: { mode: 'all' }, ignored: [] },
    { text: 'local', placement: { mode: 'local' }, ignored: [] },
    { text: 'failover=a,b', placement: { mode: 'failover', clusters: ['a', 'b'] }, ignored: [] },
    { text: 'nearest', placement: { mode: 'all' }, ignored: ['InvalidPlacement'] },
  ])('reads the placement policy $text', ({ text, placement, ignored }) => {
    const serviceExport = localExport();
    const annotations = text === undefined ? {} : { 'mcs.clusterset.local/policy-placement': text };
    const found = read(localService(), [], { ...serviceExport, metadata: { ...serviceExport.metadata, annotations } });
    expect(found.record.placement).toEqual(placement);
    expect(found.ignored.map(({ reason }) => reason)).toEqual(ignored);
  });
});
