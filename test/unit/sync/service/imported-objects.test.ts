import { describe, expect, it } from '@jest/globals';
import type { Service, ServiceImport } from '../../../../src/api/types/index.ts';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { readWithdrawn, toAggregatedImport } from '../../../../src/sync/service/aggregated-import.ts';
import { chooseFamilies, toDerivedService } from '../../../../src/sync/service/derived-service.ts';
import { derivedServiceName, importedSliceName } from '../../../../src/sync/service/imported-names.ts';
import { servableEndpoints, toImportedSlices } from '../../../../src/sync/service/imported-slices.ts';
import { type MergedService, mergeRecords } from '../../../../src/sync/service/merge-records.ts';
import { endpointGroup, localService, recordPort, serviceRecord } from '../../../helpers/service-records.ts';

function merge(...records: SyncRecord[]): MergedService {
  const merged = mergeRecords(records);
  if (merged === undefined) throw new Error('no records');
  return merged;
}

/** `slice: port=number,...` for each imported slice. */
function slicesOf(...records: SyncRecord[]): string[] {
  const merged = merge(...records);
  return toImportedSlices(merged, servableEndpoints(merged, () => true)).map(
    ({ object }) => `${object.metadata.name}: ${(object.ports ?? []).map(({ name, port }) => `${name ?? ''}=${port ?? 0}`).join(',')}`,
  );
}

describe('toDerivedService', () => {
  it('always routes to endpoints everywhere, whatever the exported policy says (ruling 15)', () => {
    const record = serviceRecord('east', { traffic: { sessionAffinity: 'None', internalTrafficPolicy: 'Local' } });
    expect(toDerivedService(merge(record), ['IPv4']).object.spec.internalTrafficPolicy).toBe('Cluster');
  });

  it('names every port when there are several', () => {
    const merged = merge(serviceRecord('east', { ports: [recordPort('TCP/80')] }), serviceRecord('west', { ports: [recordPort('unnamed TCP/81')] }));
    expect(toDerivedService(merged, []).object.spec.ports?.map(({ name }) => name)).toEqual(['unnamed-x', 'unnamed']);
  });

  it('leaves the only port without a name as it is', () => {
    const merged = merge(serviceRecord('east', { ports: [recordPort('TCP/80')] }));
    expect(toDerivedService(merged, []).object.spec.ports).toEqual([{ name: '', protocol: 'TCP', port: 80, targetPort: 80 }]);
  });

  it('C5: takes the session affinity, and takes its settings away again', () => {
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
    const sticky = merge(serviceRecord('east', { traffic: { sessionAffinity: 'ClientIP', sessionAffinityConfig, internalTrafficPolicy: 'Cluster' } }));
    expect(toDerivedService(sticky, [])).toMatchObject({ object: { spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig } } });
    expect(toDerivedService(merge(serviceRecord('east')), []).absent).toEqual([['spec', 'sessionAffinityConfig']]);
  });

  it('leaves the time that the API server chooses where the exporter gives none', () => {
    const sticky = merge(serviceRecord('east', { traffic: { sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Cluster' } }));
    expect(toDerivedService(sticky, []).absent).toBeUndefined();
  });
});

describe('chooseFamilies', () => {
  const standing = (families: NonNullable<Service['spec']['ipFamilies']>): Service => localService({ ipFamilies: families });

  it.each([
    { title: "the winner's, as far as the cluster has them", winner: ['IPv4', 'IPv6'], choice: { supported: ['IPv4'] }, expected: ['IPv4'] },
    { title: "all where the cluster's are not known", winner: ['IPv6', 'IPv4'], choice: { supported: [] }, expected: ['IPv6', 'IPv4'] },
    { title: 'none in common', winner: ['IPv6'], choice: { supported: ['IPv4'] }, expected: undefined },
    { title: "the API's choice where the winner's are not known", winner: [], choice: { supported: ['IPv4'] }, expected: [] },
    { title: 'a standing first family stays first', winner: ['IPv6', 'IPv4'], choice: { supported: ['IPv4', 'IPv6'], standing: standing(['IPv4']) }, expected: ['IPv4', 'IPv6'] },
    { title: 'standing families are never taken away', winner: ['IPv4'], choice: { supported: ['IPv4', 'IPv6'], standing: standing(['IPv6', 'IPv4']) }, expected: ['IPv6', 'IPv4'] },
    { title: 'a standing family stays though the winner lost it', winner: ['IPv6'], choice: { supported: ['IPv4'], standing: standing(['IPv4']) }, expected: ['IPv4'] },
  ] as const)('$title', ({ winner, choice, expected }) => {
    expect(chooseFamilies([...winner], choice)).toEqual(expected);
  });
});

describe('toImportedSlices', () => {
  const east = serviceRecord('east', { groups: [endpointGroup('web-1', ['10.1.0.1'])] });

  it('carries target ports and both MCS labels, and points at the derived Service', () => {
    const [slice] = toImportedSlices(merge(east), [{ cluster: 'east', groups: east.groups }]);
    expect(slice?.object).toMatchObject({
      metadata: {
        name: 'web-1.east',
        namespace: 'shop',
        labels: {
          'multicluster.kubernetes.io/service-name': 'web',
          'multicluster.kubernetes.io/source-cluster': 'east',
          'endpointslice.kubernetes.io/managed-by': 'controller.mcs.clusterset.local',
          'kubernetes.io/service-name': derivedServiceName('shop', 'web'),
        },
      },
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    });
  });

  it('C4: a cluster that has the port name with another number contributes nothing to it', () => {
    const west = serviceRecord('west', { createdAt: '2026-02-01T00:00:00Z', ports: [recordPort('http TCP/81')], groups: [endpointGroup('web-2', ['10.2.0.1'])] });
    expect(slicesOf(east, west)).toEqual(['web-1.east: http=8080']);
  });

  it('C4: a cluster contributes to each port that it exposes, and to no other', () => {
    const groups = [endpointGroup('web-2', ['10.2.0.1'], ['http TCP/8080', 'admin TCP/9000', 'stray TCP/1'])];
    const west = serviceRecord('west', { createdAt: '2026-02-01T00:00:00Z', ports: [recordPort('admin TCP/90')], groups });
    expect(slicesOf(east, west)).toEqual(['web-1.east: http=8080', 'web-2.west: admin=9000']);
  });

  it("gives a port of the same number the winner's name", () => {
    const west = serviceRecord('west', { createdAt: '2026-02-01T00:00:00Z', ports: [recordPort('TCP/80')], groups: [endpointGroup('web-2', ['10.2.0.1'], ['TCP/3000'])] });
    expect(slicesOf(east, west)).toEqual(['web-1.east: http=8080', 'web-2.west: http=3000']);
  });

  it('takes nothing from exporters of another type', () => {
    const west = serviceRecord('west', { createdAt: '2026-02-01T00:00:00Z', kind: 'Headless', groups: [endpointGroup('web-2', ['10.2.0.1'])] });
    expect(slicesOf(east, west)).toEqual(['web-1.east: http=8080']);
  });

  it('serves headless services without ports, and never behind a derived Service', () => {
    const headless = serviceRecord('east', { kind: 'Headless', ports: [], groups: [endpointGroup('web-1', ['10.1.0.1'], [])] });
    const [slice] = toImportedSlices(merge(headless), [{ cluster: 'east', groups: headless.groups }]);
    expect(slice?.object.endpoints).toHaveLength(1);
    expect(slice?.object.metadata.labels).not.toHaveProperty('kubernetes.io/service-name');
  });
});

describe('importedSliceName', () => {
  it('never lets two clusters share a name', () => {
    expect(importedSliceName('x', 'b-c')).not.toBe(importedSliceName('c-x', 'b'));
    expect(importedSliceName('a'.repeat(253), 'east')).toMatch(/\.east$/);
    expect(importedSliceName('a'.repeat(253), 'east').length).toBeLessThanOrEqual(253);
  });
});

describe('derivedServiceName', () => {
  it('is a DNS label that depends on namespace and name', () => {
    expect(derivedServiceName('shop', 'web')).toMatch(/^derived-[0-9a-v]{10}$/);
    expect(derivedServiceName('a', 'b-c')).not.toBe(derivedServiceName('a-b', 'c'));
  });
});

describe('toAggregatedImport', () => {
  const standing = (annotations: Record<string, string>, labels: Record<string, string>): ServiceImport => ({
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceImport',
    metadata: { name: 'web', namespace: 'shop', annotations, labels },
    spec: { type: 'ClusterSetIP', ports: [] },
  });

  it('shows the derived addresses, the winner and what it exports', () => {
    const record = serviceRecord('east', { exportedLabels: { team: 'a', 'app.kubernetes.io/managed-by': 'me' }, exportedAnnotations: { note: 'n' } });
    const { object } = toAggregatedImport({ merged: merge(record), ips: ['10.96.0.1'], ipFamilies: ['IPv4'], withdrawn: [] });
    expect(object.spec).toEqual({
      type: 'ClusterSetIP',
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
      ips: ['10.96.0.1'],
      ipFamilies: ['IPv4'],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    expect(object.metadata.labels).toMatchObject({ team: 'a', 'app.kubernetes.io/managed-by': 'mcs' });
    expect(object.metadata.annotations).toMatchObject({ note: 'n', 'mcs.clusterset.local/winner': 'east' });
  });

  it('takes away labels that are exported no longer, and no others', () => {
    const before = standing({ 'mcs.clusterset.local/applied-keys': '{"labels":["team","kept"],"annotations":["note"]}' }, { team: 'a', kept: 'b', mine: 'c' });
    const { absent } = toAggregatedImport({ merged: merge(serviceRecord('east', { exportedLabels: { kept: 'b' } })), ips: [], ipFamilies: [], withdrawn: [], standing: before });
    expect(absent).toContainEqual(['metadata', 'labels', 'team']);
    expect(absent).toContainEqual(['metadata', 'annotations', 'note']);
    expect(absent).not.toContainEqual(['metadata', 'labels', 'kept']);
    expect(absent).not.toContainEqual(['metadata', 'labels', 'mine']);
  });

  it('shows the placement policy, and takes it away again', () => {
    const policy = 'mcs.clusterset.local/policy-placement';
    const placed = toAggregatedImport({ merged: merge(serviceRecord('east', { placement: { mode: 'failover', clusters: ['a', 'b'] } })), ips: [], ipFamilies: [], withdrawn: [] });
    expect(placed.object.metadata.annotations).toMatchObject({ [policy]: 'failover=a,b' });
    expect(toAggregatedImport({ merged: merge(serviceRecord('east')), ips: [], ipFamilies: [], withdrawn: [] }).absent).toContainEqual(['metadata', 'annotations', policy]);
  });

  it('remembers silent clusters for the next run', () => {
    const { object } = toAggregatedImport({ merged: merge(serviceRecord('east')), ips: [], ipFamilies: [], withdrawn: ['west', 'south'] });
    expect(readWithdrawn(standing(object.metadata.annotations ?? {}, {}))).toEqual(['south', 'west']);
  });
});
