import { describe, expect, it } from '@jest/globals';
import { findOutside, knownRanges } from '../../../../src/diagnose/checks/cidrs.ts';
import type { ClusterState } from '../../../../src/inspect/cluster-state.ts';

describe('findOutside', () => {
  const objects = [{ metadata: { name: 'a', namespace: 'n' } }, { metadata: { name: 'b', namespace: 'n' } }, { metadata: { name: 'c', namespace: 'n' } }];
  it('names objects whose address lies in no range, and passes over those without one', () => {
    const addresses = ['10.1.0.5', '10.2.0.5', undefined];
    expect(findOutside(objects, (index) => addresses[index], ['10.1.0.0/16', 'not a range'])).toEqual(['n/b 10.2.0.5']);
  });
});

describe('knownRanges', () => {
  it("takes a member's own configuration before what the broker says of it", () => {
    const ranges = (clusterID: string, pod: string) => ({ clusterID, podCIDRs: [pod], serviceCIDRs: [], nodeCIDRs: [] });
    const hub = { broker: { namespace: 'b', members: [ranges('west', '10.1.0.0/16'), ranges('east', '10.2.0.0/16')] } } as unknown as ClusterState;
    const west = { member: { config: ranges('west', '10.9.0.0/16') } } as unknown as ClusterState;
    expect(knownRanges([hub, west]).map(({ clusterID, podCIDRs }) => [clusterID, podCIDRs[0]])).toEqual([['west', '10.9.0.0/16'], ['east', '10.2.0.0/16']]);
  });
});
