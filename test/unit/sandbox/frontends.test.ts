import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice, Service } from '../../../src/api/types/index.ts';
import { planFrontends } from '../../../src/sandbox/network/frontends.ts';

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { clusterIP: '127.40.128.9', ports: [{ name: 'http', port: 80, protocol: 'TCP' }, { name: 'dns', port: 53, protocol: 'UDP' }], ...spec },
});
const slice = (over: Partial<EndpointSlice> = {}): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'shop' },
  addressType: 'IPv4',
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }, { name: 'dns', protocol: 'UDP', port: 53 }],
  endpoints: [{ addresses: ['127.40.64.2'] }],
  ...over,
});
const targets = (slices: EndpointSlice[]): unknown => planFrontends(service(), slices).find(({ protocol }) => protocol === 'TCP')?.targets;

describe('planFrontends', () => {
  it('maps ports below 1024 on both sides, per protocol', () => {
    expect(planFrontends(service(), [slice()])).toEqual([
      { protocol: 'TCP', address: '127.40.128.9', port: 10_080, targets: [{ address: '127.40.64.2', port: 8080 }] },
      { protocol: 'UDP', address: '127.40.128.9', port: 10_053, targets: [{ address: '127.40.64.2', port: 10_053 }] },
    ]);
  });

  it('joins slices of several managers and clusters, each address once', () => {
    const foreign = slice({ metadata: { name: 'web-2', labels: { 'endpointslice.kubernetes.io/managed-by': 'x' } }, endpoints: [{ addresses: ['127.41.64.2'] }, { addresses: ['127.40.64.2'] }] });
    expect(targets([slice(), foreign])).toEqual([{ address: '127.40.64.2', port: 8080 }, { address: '127.41.64.2', port: 8080 }]);
  });

  it.each<[string, Partial<EndpointSlice>]>([
    ['endpoints that are not ready', { endpoints: [{ addresses: ['127.40.64.2'], conditions: { ready: false } }] }],
    ['slices without the port', { ports: [{ name: 'other', protocol: 'TCP', port: 1 }] }],
    ['slices of another address family', { addressType: 'IPv6' }],
  ])('leaves out %s', (_title, over) => {
    expect(targets([slice(over)])).toEqual([]);
  });

  it.each<[string, Partial<Service['spec']>]>([
    ['headless', { clusterIP: 'None' }],
    ['external', { type: 'ExternalName' }],
    ['without ports', { ports: [] }],
  ])('serves nothing for a Service that is %s', (_title, spec) => {
    expect(planFrontends(service(spec), [slice()])).toEqual([]);
  });
});
