import { describe, expect, it } from '@jest/globals';
import { findOutside, judgeOverlap, knownRanges } from '../../../../src/diagnose/checks/cidrs.ts';
import type { DiagnoseContext } from '../../../../src/diagnose/context.ts';
import type { ClusterState } from '../../../../src/inspect/cluster-state.ts';

describe('findOutside', () => {
  const objects = [{ metadata: { name: 'a', namespace: 'n' } }, { metadata: { name: 'b', namespace: 'n' } }, { metadata: { name: 'c', namespace: 'n' } }];
  it('names objects whose address lies in no range, and passes over those without one', () => {
    const addresses = ['10.1.0.5', '10.2.0.5', undefined];
    expect(findOutside(objects, (index) => addresses[index], ['10.1.0.0/16', 'not a range'])).toEqual(['n/b 10.2.0.5']);
  });
});

const ranges = (clusterID: string, pod: string) => ({ clusterID, podCIDRs: [pod], serviceCIDRs: [], nodeCIDRs: [], components: ['connectivity'] });

describe('judgeOverlap', () => {
  const west = { member: { config: ranges('west', '10.1.0.0/16') } };
  const judge = (...states: readonly object[]) => {
    const clusters = [west, ...states].map((state) => ({ state })) as unknown as DiagnoseContext['fleet']['clusters'];
    return judgeOverlap({ cluster: { state: west } as unknown as DiagnoseContext['cluster'], fleet: { clusters, leftOut: [], unread: [] } });
  };

  it.each([
    ['skips where it knows of no other member', [], 'skip'],
    ['passes where the broker has no other', [{ broker: { members: [ranges('west', '10.1.0.0/16')] } }], 'pass'],
    ['passes where nothing overlaps', [{ member: { config: ranges('east', '10.2.0.0/16') } }], 'pass'],
    ['fails where pods of two members do', [{ member: { config: ranges('east', '10.1.128.0/17') } }], 'fail'],
  ])('%s', (_title, others, status) => {
    expect(judge(...others).status).toBe(status);
  });

  it('has one line for all members that overlap in the same way', () => {
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => ({ member: { config: ranges(id, '10.1.0.0/16') } }));
    expect(judge(...others).evidence).toEqual(['pod range 10.1.0.0/16 of "west" overlaps with pod range 10.1.0.0/16 of "a", "b", "c", "d", "e" and 2 more']);
  });
});

describe('knownRanges', () => {
  it("takes a member's own configuration before what the broker says of it", () => {
    const hub = { broker: { namespace: 'b', members: [ranges('west', '10.1.0.0/16'), ranges('east', '10.2.0.0/16')] } } as unknown as ClusterState;
    const west = { member: { config: ranges('west', '10.9.0.0/16') } } as unknown as ClusterState;
    expect(knownRanges([hub, west]).map(({ clusterID, podCIDRs }) => [clusterID, podCIDRs[0]])).toEqual([['west', '10.9.0.0/16'], ['east', '10.2.0.0/16']]);
  });
});
