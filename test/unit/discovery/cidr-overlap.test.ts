import { describe, expect, it } from '@jest/globals';
import { type ClusterRanges, describeConflict, findCidrConflicts, findCidrFault, rangesOfMember, refusesJoin } from '../../../src/discovery/cidr-overlap.ts';

const cluster = (clusterID: string, ranges: Partial<ClusterRanges> = {}): ClusterRanges => ({ clusterID, podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], ...ranges });

describe('findCidrConflicts', () => {
  it.each<[string, Partial<ClusterRanges>, Partial<ClusterRanges>, string[]]>([
    ['distinct ranges', { podCIDRs: ['10.0.0.0/16'] }, { podCIDRs: ['10.1.0.0/16'] }, []],
    ['equal pod ranges', { podCIDRs: ['10.0.0.0/16'] }, { podCIDRs: ['10.0.0.0/16'] }, ['pod 10.0.0.0/16 pod 10.0.0.0/16 true']],
    ['a pod range inside another', { podCIDRs: ['10.0.5.0/24'] }, { podCIDRs: ['10.0.0.0/8'] }, ['pod 10.0.5.0/24 pod 10.0.0.0/8 true']],
    ['a pod range around another', { podCIDRs: ['10.0.0.0/8'] }, { podCIDRs: ['10.0.5.0/24'] }, ['pod 10.0.0.0/8 pod 10.0.5.0/24 true']],
    ['a node inside their pod range', { nodeCIDRs: ['10.0.0.7/32'] }, { podCIDRs: ['10.0.0.0/16'] }, ['node 10.0.0.7/32 pod 10.0.0.0/16 true']],
    ['their node inside the pod range', { podCIDRs: ['10.0.0.0/16'] }, { nodeCIDRs: ['10.0.0.7/32'] }, ['pod 10.0.0.0/16 node 10.0.0.7/32 true']],
    ['equal node addresses', { nodeCIDRs: ['192.168.1.2/32'] }, { nodeCIDRs: ['192.168.1.2/32'] }, []],
    ['equal service ranges', { serviceCIDRs: ['10.96.0.0/12'] }, { serviceCIDRs: ['10.96.0.0/12'] }, ['service 10.96.0.0/12 service 10.96.0.0/12 false']],
    ['services over their pods', { serviceCIDRs: ['10.96.0.0/12'] }, { podCIDRs: ['10.100.0.0/16'] }, ['service 10.96.0.0/12 pod 10.100.0.0/16 false']],
    ['pods over their services', { podCIDRs: ['10.100.0.0/16'] }, { serviceCIDRs: ['10.96.0.0/12'] }, ['pod 10.100.0.0/16 service 10.96.0.0/12 false']],
    ['host bits set', { podCIDRs: ['10.0.9.9/16'] }, { podCIDRs: ['10.0.0.0/24'] }, ['pod 10.0.0.0/16 pod 10.0.0.0/24 true']],
    ['two families', { podCIDRs: ['::/0'] }, { podCIDRs: ['10.0.0.0/8'] }, []],
    ['texts that are no range', { podCIDRs: ['all'] }, { podCIDRs: ['10.0.0.0/8', ''] }, []],
  ])('finds for %s what meets, and whether it breaks routing', (_name, own, theirs, expected) => {
    const found = findCidrConflicts(cluster('west', own), [cluster('east', theirs)]);
    expect(found.map((c) => `${c.ownKind} ${c.own} ${c.theirKind} ${c.theirs} ${c.breaksRouting}`)).toEqual(expected);
  });

  it('compares with every member but the candidate itself, the worst first', () => {
    const ranges = { podCIDRs: ['10.0.0.0/16'], serviceCIDRs: ['10.96.0.0/12'] };
    const found = findCidrConflicts(cluster('west', ranges), [cluster('west', ranges), cluster('north', { serviceCIDRs: ['10.96.0.0/12'] }), cluster('east', ranges)]);
    expect(found.map(({ member, breaksRouting }) => [member, breaksRouting])).toEqual([['east', true], ['north', false], ['east', false]]);
  });
});

describe('refusesJoin', () => {
  const [pods] = findCidrConflicts(cluster('west', { podCIDRs: ['10.0.0.0/16'] }), [cluster('east', { podCIDRs: ['10.0.0.0/16'] })]);
  const [services] = findCidrConflicts(cluster('west', { serviceCIDRs: ['10.0.0.0/16'] }), [cluster('east', { serviceCIDRs: ['10.0.0.0/16'] })]);
  it.each([
    ['pods with tunnels', pods, ['connectivity', 'service-discovery'], true],
    ['pods without tunnels', pods, ['service-discovery'], false],
    ['services with tunnels', services, ['connectivity'], false],
  ])('decides for overlapping %s', (_name, conflict, components, expected) => {
    expect(conflict && refusesJoin(conflict, components)).toBe(expected);
  });
});

describe('describeConflict', () => {
  it('names both sides', () => {
    const [conflict] = findCidrConflicts(cluster('west', { nodeCIDRs: ['10.0.0.7/32'] }), [cluster('east', { podCIDRs: ['10.0.0.0/16'] })]);
    expect(conflict && describeConflict(conflict, 'west')).toBe('node range 10.0.0.7/32 of "west" overlaps with pod range 10.0.0.0/16 of "east"');
  });
});

describe('findCidrFault', () => {
  it.each([
    ['10.16.0.0/16', undefined],
    ['192.168.1.10/32', undefined],
    ['100.64.0.0/10', undefined],
    ['10.16.0.0', 'it is no CIDR such as 10.16.0.0/16'],
    ['10.16.0.0/33', 'it is no CIDR such as 10.16.0.0/16'],
    ['10.16/16', 'it is no CIDR such as 10.16.0.0/16'],
    ['', 'it is no CIDR such as 10.16.0.0/16'],
    ['fd00::/48', 'IPv6 is not supported'],
    ['0.0.0.0/0', 'it is wider than a /8'],
    ['10.0.0.0/7', 'it is wider than a /8'],
    ['127.0.0.0/16', 'it meets 127.0.0.0/8, which no host of another cluster can have'],
    ['169.0.0.0/8', 'it meets 169.254.0.0/16, which no host of another cluster can have'],
    ['224.1.0.0/16', 'it meets 224.0.0.0/4, which no host of another cluster can have'],
    ['0.1.0.0/16', 'it meets 0.0.0.0/8, which no host of another cluster can have'],
  ])('says of "%s": %s', (text, expected) => {
    expect(findCidrFault(text, { allowLoopback: false })).toBe(expected);
  });

  it('allows loopback where it is told to, and nothing else', () => {
    expect(findCidrFault('127.5.0.0/16', { allowLoopback: true })).toBeUndefined();
    expect(findCidrFault('169.254.0.0/16', { allowLoopback: true })).toMatch(/169\.254/);
  });
});

describe('rangesOfMember', () => {
  it('reads the granted ranges, and none where a foreign writer left them out', () => {
    const object = { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name: 'east' } };
    const spec = { cluster_id: 'east', cluster_cidr: ['10.0.0.0/16'], service_cidr: ['10.96.0.0/12'] };
    expect(rangesOfMember({ ...object, spec })).toEqual({ clusterID: 'east', podCIDRs: ['10.0.0.0/16'], serviceCIDRs: ['10.96.0.0/12'], nodeCIDRs: [] });
  });
});
