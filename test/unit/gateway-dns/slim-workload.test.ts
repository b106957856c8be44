import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice } from '../../../src/api/types/index.ts';
import { createSharing } from '../../../src/base/shared-values.ts';
import { slimTargetSlice } from '../../../src/gateway-dns/slim-workload.ts';

const slice = (uid: string): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'dev-west-gateway', namespace: 'xcc-dns', uid, labels: { a: 'b' }, annotations: { c: 'd' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['192.0.2.1'] }],
  ports: [],
});

describe('slimTargetSlice()', () => {
  it('keeps what it says, with one copy of what two clusters have alike', () => {
    const sharing = createSharing();
    const [west, east] = ['1', '2'].map((uid) => slimTargetSlice(slice(uid), sharing));
    expect(east).toEqual(slice('2'));
    expect(east?.endpoints).toBe(west?.endpoints);
    expect(east?.metadata.labels).toBe(west?.metadata.labels);
    expect(east?.metadata.annotations).toBe(west?.metadata.annotations);
  });

  it('leaves out no field that somebody else has set', () => {
    const { endpoints: _endpoints, ports: _ports, ...bare } = slice('1');
    expect(slimTargetSlice(bare as EndpointSlice, createSharing())).toEqual(bare);
  });
});
