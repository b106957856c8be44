import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../../src/api/labels.ts';
import type { Endpoint, EndpointPort, EndpointSlice, ServiceImport } from '../../../src/api/types/index.ts';
import { DnsIndex } from '../../../src/dns/dns-index.ts';

export const zone = { name: 'clusterset.local', ttl: 5, serial: 1 };

export function importOf(name: string, spec: Partial<ServiceImport['spec']>, namespace = 'shop'): ServiceImport {
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: { name, namespace }, spec: { type: 'ClusterSetIP', ports: [], ...spec } };
}

export function sliceOf(service: string, cluster: string, endpoints: Endpoint[], ports: EndpointPort[] = [], addressType: 'IPv4' | 'IPv6' = 'IPv4'): EndpointSlice {
  const labels = { [MCS_SERVICE_NAME]: service, [MCS_SOURCE_CLUSTER]: cluster };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `${service}-${cluster}-${addressType}`, namespace: 'shop', labels }, addressType, endpoints, ports };
}

/** A VIP service `web` (v4+v6, http 80 TCP, dns 53 TCP+UDP) and a headless one `db` in west and east. */
export function sampleIndex(): DnsIndex {
  const index = new DnsIndex();
  const ports = [
    { name: 'http', port: 80 },
    { name: 'dns', protocol: 'UDP' as const, port: 53 },
    { name: 'dns-tcp', port: 53 },
    { port: 9999 },
  ];
  index.setImport(importOf('web', { ips: ['10.0.0.1', 'fd00::1'], ports }));
  index.setImport(importOf('db', { type: 'Headless', ports: [{ name: 'pg', port: 5432 }] }));
  const pg = [{ name: 'pg', port: 5432 }];
  index.setSlice(sliceOf('db', 'west', [{ addresses: ['10.1.0.5'], hostname: 'db-0' }, { addresses: ['10.1.0.6'], conditions: { ready: true } }], pg));
  index.setSlice(sliceOf('db', 'west', [{ addresses: ['fd01::5'], hostname: 'db-0' }], pg, 'IPv6'));
  index.setSlice(sliceOf('db', 'east', [{ addresses: ['10.2.0.5'], hostname: 'db-0' }, { addresses: ['10.2.0.6'], conditions: { ready: false } }], pg));
  index.setImport(importOf('down', { type: 'Headless' }));
  index.setSlice(sliceOf('down', 'west', [{ addresses: ['10.1.0.9'], conditions: { ready: false } }]));
  return index;
}
