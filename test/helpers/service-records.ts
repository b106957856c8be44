import type { EndpointSlice, Service, ServiceExport } from '../../src/api/types/index.ts';
import type { EndpointGroup, RecordPort, SyncRecord } from '../../src/sync/record.ts';

/** A port from `name TCP/80` or `TCP/80`. */
export function recordPort(text: string): RecordPort {
  const [number = '', name = ''] = text.split(' ').toReversed();
  const [protocol, port] = number.split('/');
  return { name, protocol: protocol as RecordPort['protocol'], port: Number(port) };
}

export function endpointGroup(name: string, addresses: readonly string[], ports: readonly string[] = ['http TCP/8080']): EndpointGroup {
  const endpoints = addresses.map((address) => ({ addresses: [address], ready: true, serving: true, terminating: false }));
  return { name, uid: `${name}-uid`, family: 'IPv4', ports: ports.map(recordPort), endpoints };
}

/** The record of service `shop/web` of a cluster. */
export function serviceRecord(cluster: string, overrides: Partial<SyncRecord> = {}): SyncRecord {
  return {
    origin: { cluster, namespace: 'shop', name: 'web', uid: `${cluster}-uid` },
    kind: 'ClusterSetIP',
    ports: [recordPort('http TCP/80')],
    ips: ['10.96.0.10'],
    ipFamilies: ['IPv4'],
    traffic: { sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' },
    exportedLabels: {},
    exportedAnnotations: {},
    placement: { mode: 'all' },
    groups: [],
    createdAt: '2026-01-01T00:00:00Z',
    ...overrides,
  };
}

export function localService(spec: Partial<Service['spec']> = {}, metadata: Partial<Service['metadata']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'service-uid', ...metadata },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ipFamilies: ['IPv4'], ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
  };
}

export function localExport(spec: ServiceExport['spec'] = {}): ServiceExport {
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', metadata: { name: 'web', namespace: 'shop', uid: 'export-uid', generation: 1 }, spec };
}

export function localSlice(addresses: readonly string[], metadata: Partial<EndpointSlice['metadata']> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-abcde', namespace: 'shop', uid: 'slice-uid', labels: { 'kubernetes.io/service-name': 'web' }, ...metadata },
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'node-1' })),
  };
}
