import { describe, expect, it } from '@jest/globals';
import { gatewayOwner, hostnameOf, isHostname, nameSlices, originOf } from '../../../../src/gateway-dns/plan/names.ts';
import { gatewayClusters } from '../../../helpers/gateway-dns.ts';

describe('hostnameOf', () => {
  it('XC-1: is *.gateway.<cluster>.<namespace>.clusters.<suffix>', () => {
    expect(hostnameOf({ namespace: 'dev-team', name: 'cluster-a' }, 'xcc.test')).toBe('*.gateway.cluster-a.dev-team.clusters.xcc.test');
  });

  it.each([
    ['*.gateway.cluster-a.dev-team.clusters.xcc.test', true],
    [`*.gateway.${'a'.repeat(64)}.dev-team.clusters.xcc.test`, false],
    [`*.gateway.a.b.clusters.${Array.from({ length: 5 }, () => 'x'.repeat(50)).join('.')}`, false],
  ])('%s can stand in the DNS: %s', (hostname, expected) => {
    expect(isHostname(hostname)).toBe(expected);
  });
});

describe('nameSlices', () => {
  it('XC-2: gives <namespace>-<cluster>-gateway, with an ending for other types than IPv4', () => {
    expect(nameSlices(gatewayClusters('dev-team/cluster-a')).get('dev-team/cluster-a')).toEqual({ IPv4: 'dev-team-cluster-a-gateway', IPv6: 'dev-team-cluster-a-gateway-ipv6', FQDN: 'dev-team-cluster-a-gateway-fqdn' });
  });

  it('gives clusters whose names run together different ones, the first by namespace the original', () => {
    const names = nameSlices(gatewayClusters('a-b/c', 'a/b-c'));
    expect(names.get('a/b-c')?.IPv4).toBe('a-b-c-gateway');
    expect(names.get('a-b/c')?.IPv4).toMatch(/^a-b-c-[0-9a-f]{10}-gateway$/);
    expect(nameSlices(gatewayClusters('a/b-c', 'a-b/c'))).toEqual(new Map([...names].reverse()));
  });

  it('is injective over names that look like those with a hash, and over long ones', () => {
    const hashed = nameSlices(gatewayClusters('a-b/c', 'a/b-c')).get('a-b/c')?.IPv4 ?? '';
    const forged = `a/${hashed.slice('a-'.length, -'-gateway'.length)}`;
    const long = ['x', 'y'].map((end) => `n/${'l'.repeat(250)}${end}`);
    const clusters = gatewayClusters('a-b/c', 'a/b-c', forged, ...long);
    const all = [...nameSlices(clusters).values()].flatMap((names) => Object.values(names) as string[]);
    expect(new Set(all).size).toBe(clusters.length * 3);
    expect(Math.max(...all.map(({ length }) => length))).toBeLessThanOrEqual(253);
  });
});

describe('the tags of slices', () => {
  it('tell clusters of two namespaces apart, and fit into labels', () => {
    expect(originOf({ namespace: 'a-b', name: 'c' })).toBe('a-b.c');
    expect(originOf({ namespace: 'n'.repeat(63), name: 'c'.repeat(63) })).toHaveLength(63);
    expect([gatewayOwner('hub-1'), gatewayOwner('h'.repeat(80)).length]).toEqual(['gateway-dns-hub-1', 63]);
  });
});
