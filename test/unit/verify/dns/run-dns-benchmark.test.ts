import { describe, expect, it } from '@jest/globals';
import type { ServiceImport } from '../../../../src/api/types/index.ts';
import { planGroups, sharedNames } from '../../../../src/verify/dns/run-dns-benchmark.ts';

const serviceImport = (name: string, spec: Partial<ServiceImport['spec']>, clusters: readonly string[] = []): ServiceImport =>
  ({ metadata: { name, namespace: 'shop' }, spec: { type: 'ClusterSetIP', ports: [], ...spec }, status: { clusters: clusters.map((cluster) => ({ cluster })) } }) as unknown as ServiceImport;

describe('sharedNames', () => {
  it('takes services that have an address: a clusterset IP, or a headless one that somebody exports', () => {
    const imports = [serviceImport('web', { ips: ['10.96.0.9'] }), serviceImport('pending', {}), serviceImport('db', { type: 'Headless' }, ['west']), serviceImport('gone', { type: 'Headless' })];
    expect(sharedNames(imports)).toEqual(['db.shop.svc.clusterset.local', 'web.shop.svc.clusterset.local']);
  });
});

describe('planGroups', () => {
  const ids = (groups: ReturnType<typeof planGroups>): readonly string[] => groups.map(({ id, server, type }) => `${id} ${type} ${server ?? 'of the pod'}`);

  it('asks the DNS of the pod for all sorts of names, and mcs-dns for the shared ones', () => {
    expect(ids(planGroups({ shared: ['web.shop.svc.clusterset.local'], namespace: 'n', nameServer: '10.96.0.7' }))).toEqual(['shared services A of the pod', 'a missing name A of the pod', 'cluster.local A of the pod', 'shared services, of mcs-dns A 10.96.0.7']);
  });

  it('asks mcs-dns for a missing name where nothing is shared, over IPv6 for IPv6', () => {
    expect(ids(planGroups({ shared: [], namespace: 'n', nameServer: 'fd00::7' }))).toEqual(['a missing name AAAA of the pod', 'cluster.local AAAA of the pod', 'a missing name, of mcs-dns AAAA fd00::7']);
  });
});
