import { describe, expect, it } from '@jest/globals';
import { EXPORT_WISH, REFLECTED } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { EndpointSlice, Service, ServiceImport } from '../../../src/api/types/index.ts';
import { createSharing } from '../../../src/base/shared-values.ts';
import { slimImport, slimObject, slimService, slimSlice } from '../../../src/sync/slim-objects.ts';
import { type Desired, satisfies } from '../../../src/sync/plan.ts';
import { toAggregatedImport } from '../../../src/sync/service/aggregated-import.ts';
import { toBrokerObjects } from '../../../src/sync/service/broker-objects.ts';
import { toDerivedService } from '../../../src/sync/service/derived-service.ts';
import { servableEndpoints, toImportedSlices } from '../../../src/sync/service/imported-slices.ts';
import { mergeRecords } from '../../../src/sync/service/merge-records.ts';
import { readLocalService } from '../../../src/sync/service/service-record.ts';
import { stored } from '../../helpers/import-sources.ts';
import { endpointGroup, localService, recordPort, serviceRecord } from '../../helpers/service-records.ts';

const rich = serviceRecord('east', {
  ports: [recordPort('http TCP/80'), { name: 'grpc', protocol: 'TCP', port: 81, appProtocol: 'h2c' }],
  ips: ['10.96.0.1', 'fd00::1'],
  ipFamilies: ['IPv4', 'IPv6'],
  traffic: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
  exportedLabels: { team: 'shop' },
  exportedAnnotations: { note: 'text' },
  placement: { mode: 'failover', clusters: ['east', 'west'] },
  groups: [{ ...endpointGroup('web-1', [], ['http TCP/8080', 'grpc TCP/8081']), endpoints: [{ addresses: ['10.1.0.1'], ready: true, serving: true, terminating: false, hostname: 'web-0', zone: 'z1' }] }],
});

describe('slimService, slimSlice and slimImport', () => {
  const merged = mergeRecords([rich]);
  if (merged === undefined) throw new Error('no record');
  const { serviceImport, slices } = toBrokerObjects(rich, 'broker');
  const [imported] = toImportedSlices(merged, servableEndpoints(merged, () => true));
  const [brokerSlice] = slices;

  // what is not kept here would be found missing, and written, again and again
  const kept: readonly { readonly title: string; readonly isKept: () => boolean }[] = [
    { title: 'derived Service', isKept: () => keeps<Service>(resources.services, toDerivedService(merged, ['IPv4', 'IPv6']), slimService) },
    { title: 'aggregated import', isKept: () => keeps<ServiceImport>(resources.serviceImports, toAggregatedImport({ merged, ips: ['10.96.0.2'], ipFamilies: ['IPv4'], withdrawn: ['south'] }), slimImport) },
    { title: 'imported slice', isKept: () => keeps<EndpointSlice>(resources.endpointSlices, imported, slimSlice) },
    { title: 'record on the broker', isKept: () => keeps<ServiceImport>(resources.serviceImports, serviceImport, slimImport) },
    { title: 'slice on the broker', isKept: () => keeps<EndpointSlice>(resources.endpointSlices, brokerSlice, slimSlice) },
  ];

  function keeps<T extends Service | ServiceImport | EndpointSlice>(resource: Parameters<typeof stored<T>>[0], desired: Desired<T> | undefined, slim: (object: T, sharing: ReturnType<typeof createSharing>) => T): boolean {
    if (desired === undefined) throw new Error('nothing is desired');
    return satisfies(slim(stored(resource, desired.object), createSharing()), desired);
  }

  it.each(kept)('a $title still satisfies what is desired', ({ isKept }) => {
    expect(isKept()).toBe(true);
  });

  it('an export reads the same of slim objects as of whole ones', () => {
    const whole = { service: localService({ sessionAffinity: 'ClientIP', trafficDistribution: 'PreferClose', ipFamilies: ['IPv4'] }), slices: [sourceSlice()] };
    const [sharing, isRoutable] = [createSharing(), (): boolean => true];
    const slim = { service: slimService(structuredClone(whole.service), sharing), slices: whole.slices.map((slice) => slimSlice(structuredClone(slice), sharing)) };
    expect(readLocalService({ cluster: 'west', isRoutable, ...slim })).toEqual(readLocalService({ cluster: 'west', isRoutable, ...whole }));
  });

  it('slimService keeps of the annotations only those that decide whether a policy exports it', () => {
    const annotations = { [EXPORT_WISH]: 'false', [REFLECTED]: 'true', note: 'long text' };
    expect(slimService(localService({}, { annotations }), createSharing()).metadata.annotations).toEqual({ [EXPORT_WISH]: 'false', [REFLECTED]: 'true' });
    expect(slimService(localService({}, { annotations: { note: 'long text' } }), createSharing()).metadata.annotations).toBeUndefined();
  });

  it('slimSlice drops what an export does not take, and keeps one copy of what is alike', () => {
    const sharing = createSharing();
    const [first, second] = [slimSlice(sourceSlice(), sharing), slimSlice(sourceSlice(), sharing)];
    expect(first.endpoints?.[0]).toEqual({ addresses: ['10.2.0.1'], conditions: { ready: true }, zone: 'z1' });
    expect(second.endpoints?.[0]?.conditions).toBe(first.endpoints?.[0]?.conditions);
    expect(second.ports).toBe(first.ports);
  });

  it.each([
    { title: 'null for a list', endpoints: null },
    { title: 'null in a list', endpoints: [null] },
    { title: 'conditions that are none', endpoints: [{ addresses: ['10.1.0.1'], conditions: 'x' }] },
    { title: 'conditions of null', endpoints: [{ addresses: ['10.1.0.1'], conditions: null }] },
    { title: 'no list at all', endpoints: 'x' },
  ])('slimSlice bears $title', ({ endpoints }) => {
    const slice = { ...sourceSlice(), endpoints, ports: 'x' } as unknown as EndpointSlice;
    expect(slimSlice(slice, createSharing())).toMatchObject({ metadata: { name: 'web-1' } });
  });

  it('slimImport bears an object without a spec', () => {
    const bare = { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: { name: 'web' } } as ServiceImport;
    expect(slimImport(bare, createSharing())).toMatchObject({ metadata: { name: 'web' } });
  });

  function sourceSlice(): EndpointSlice {
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-1', namespace: 'shop', uid: 'u', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.2.0.1'], conditions: { ready: true }, zone: 'z1', nodeName: 'node-1', targetRef: { kind: 'Pod', name: 'web-0' } }],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    };
  }
});

describe('slimObject', () => {
  it('keeps metadata, without what kubectl has last applied', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'text' };
    const labels = { team: 'shop' };
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'u', resourceVersion: '7', generation: 2, deletionTimestamp: '2026-01-01T00:00:00Z', labels, annotations } };
    const { metadata } = slimObject(object, createSharing());
    expect(JSON.parse(JSON.stringify(metadata))).toEqual({ name: 'shop', uid: 'u', resourceVersion: '7', generation: 2, deletionTimestamp: '2026-01-01T00:00:00Z', labels, annotations: { note: 'text' } });
  });
});
