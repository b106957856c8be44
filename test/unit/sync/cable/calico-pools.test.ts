import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MEMBER, OWNER } from '../../../../src/api/labels.ts';
import { wantedPools } from '../../../../src/sync/cable/calico-pools.ts';
import { cableSpec } from '../../../helpers/member-records.ts';

describe('wantedPools', () => {
  const pools = wantedPools([{ spec: cableSpec('east', '192.0.2.1', { subnets: ['10.1.0.0/16', '10.9.1.0/28', 'fd01::/64'] }), uid: 'u1' }]).map(({ object }) => object);

  it('are one for each range, named after cluster and range', () => {
    expect(pools.map(({ metadata }) => metadata.name)).toEqual(['mcs-east-10-1-0-0-16', 'mcs-east-10-9-1-0-28', 'mcs-east-fd01-64']);
  });

  it('give out no address and translate none', () => {
    expect(pools.map(({ spec }) => spec)).toEqual(
      [
        { cidr: '10.1.0.0/16', blockSize: 26 },
        { cidr: '10.9.1.0/28', blockSize: 28 },
        { cidr: 'fd01::/64', blockSize: 122 },
      ].map((own) => ({ ...own, disabled: true, natOutgoing: false, ipipMode: 'Never', vxlanMode: 'Never', nodeSelector: 'all()' })),
    );
  });

  it('are marked as ours', () => {
    expect(pools[0]?.metadata.labels).toMatchObject({ [MANAGED_BY]: 'mcs', [OWNER]: 'controller', [MEMBER]: 'east' });
  });
});
