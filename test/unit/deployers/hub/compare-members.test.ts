import { describe, expect, it } from '@jest/globals';
import type { MemberConfig } from '../../../../src/api/types/index.ts';
import { compareWithMembers, type HubJoiner, validateFree } from '../../../../src/deployers/hub/compare-members.ts';
import type { HubMemberSecret } from '../../../../src/deployers/hub/standing-hub.ts';

const HUB = 'hub-0123456789';
const OTHER = 'hub-aaaaaaaaaa';

function configOf(clusterID: string, more: Partial<MemberConfig> = {}): MemberConfig {
  return { clusterID, clusterUID: `uid-${clusterID}`, podCIDRs: ['10.1.0.0/16'], serviceCIDRs: [], nodeCIDRs: [], components: [], brokerNamespace: 'mcs-hub', settings: {}, ...more };
}

const memberOf = (clusterID: string, config: MemberConfig | undefined = configOf(clusterID)): HubMemberSecret => ({ clusterID, config, secret: { apiVersion: 'v1', kind: 'Secret', metadata: { name: clusterID } } });
const joiner = (more: Partial<HubJoiner> = {}): HubJoiner => ({ clusterID: 'west', clusterUID: 'uid-west', hubID: HUB, standing: undefined, holder: '', members: [], ...more });

describe('validateFree', () => {
  it.each([
    ['nobody has the name', {}],
    ['the same cluster joins again', { standing: configOf('west', { hub: { id: HUB, server: 's' } }), members: [memberOf('west')], holder: `${HUB}.west.pod` }],
    ['a member whose Secret cannot be read is joined again', { members: [{ ...memberOf('west'), config: undefined }] }],
    ['a controller held its Lease before it left its broker', { holder: 'a7c0de52-0000-0000-0000-000000000000' }],
  ] as readonly (readonly [string, Partial<HubJoiner>])[])('lets a cluster join where %s', (_what, more) => {
    expect(() => validateFree(joiner(more))).not.toThrow();
  });

  it.each([
    ['a broker has it', { standing: configOf('west') }, 'MCS_JOINED_ELSEWHERE', 'member of a broker already, as "west"'],
    ['another hub serves it', { standing: configOf('west', { hub: { id: OTHER, server: 'https://there' } }) }, 'MCS_JOINED_ELSEWHERE', `${OTHER} at https://there serves the cluster`],
    ['another hub holds its Lease', { holder: `${OTHER}.west.pod` }, 'MCS_JOINED_ELSEWHERE', `${OTHER} works in the cluster`],
    ['it is a member under another name', { members: [memberOf('north', configOf('north', { clusterUID: 'uid-west' }))] }, 'MCS_CLUSTER_ID_CHANGED', 'already, as "north"'],
    ['an earlier join was under another name', { standing: configOf('north', { hub: { id: HUB, server: 's' } }) }, 'MCS_CLUSTER_ID_CHANGED', 'already, as "north"'],
    ['another cluster has the name', { members: [memberOf('west', configOf('west', { clusterUID: 'uid-else' }))] }, 'MCS_CLUSTER_ID_TAKEN', 'another cluster has that id'],
  ] as readonly (readonly [string, Partial<HubJoiner>, string, string])[])('refuses where %s', (_what, more, code, message) => {
    expect(() => validateFree(joiner(more))).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) as unknown as string }));
  });
});

describe('compareWithMembers', () => {
  it('warns of ranges of other members, and never of the own ones', () => {
    const ranges = { clusterID: 'west', podCIDRs: ['10.1.0.0/16'], serviceCIDRs: [], nodeCIDRs: [] };
    expect(compareWithMembers(ranges, [memberOf('west')])).toEqual({ state: 'done', detail: 'no overlap' });
    expect(compareWithMembers(ranges, [memberOf('east')])).toMatchObject({ state: 'warning', detail: expect.stringContaining('east') as unknown as string });
  });
});
