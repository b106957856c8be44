import { describe, expect, it } from '@jest/globals';
import { OWNER } from '../../../../src/api/labels.ts';
import { lifeSecondsOf } from '../../../../src/verify/propagation/manifests.ts';
import { canaryObjects, clustersetName } from '../../../../src/verify/propagation/objects.ts';

describe('canaryObjects', () => {
  it.each([['10.1.0.7', 'IPv4'], ['fd00::7', 'IPv6']])('points a Service without selector to %s', (address, addressType) => {
    const { service, slice } = canaryObjects({ name: 'canary-0', namespace: 'n', address });
    expect([service.spec.selector, service.spec.clusterIP]).toEqual([undefined, undefined]);
    expect(slice).toMatchObject({ metadata: { labels: { 'kubernetes.io/service-name': 'canary-0' } }, addressType, endpoints: [{ addresses: [address], conditions: { ready: true } }] });
  });

  it('carries no tag of a copy, which would keep it from being exported', () => {
    const { service, serviceExport, slice } = canaryObjects({ name: 'canary-0', namespace: 'n', address: '10.1.0.7', isHeadless: true });
    for (const { metadata } of [service, serviceExport, slice]) expect(Object.keys(metadata.labels ?? {})).not.toContain(OWNER);
  });

  it('has a name in the clusterset', () => {
    expect(clustersetName({ name: 'canary-0', namespace: 'n' })).toBe('canary-0.n.svc.clusterset.local');
  });
});

describe('lifeSecondsOf', () => {
  it('lets a pod live until the last canary of all exporters would be given up', () => {
    const settings = { count: 2, timeoutMs: 10_000, limits: [] };
    expect(lifeSecondsOf({ pairs: [{ from: 'a', to: 'b' }, { from: 'a', to: 'c' }, { from: 'b', to: 'a' }] }, settings)).toBe(10 * (2 + 2 * 7));
  });
});
