import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import { removeMember } from '../../../src/desk/remove-member.ts';
import { memberCable } from '../../helpers/member-records.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const BROKER = 'broker';
const spec = { type: 'ClusterSetIP' as const, ports: [] };

describe('removeMember()', () => {
  it('leaves nothing that a member of the same id would inherit, and touches nothing of others', async () => {
    const client = createMemoryClient();
    const put = (name: string, labels: Record<string, string>): unknown => client.seed(resources.serviceImports, { metadata: { name, namespace: BROKER, labels }, spec });
    put('web.shop.west', { [MEMBER]: 'west', [MANAGED_BY]: MANAGED_BY_MCS });
    put('trap.shop.west', { [MEMBER]: 'west' });
    put('web.shop.east', { [MEMBER]: 'east', [MANAGED_BY]: MANAGED_BY_MCS });
    put('odd.shop.east', { [MEMBER]: 'west' });
    for (const [cluster, address] of [['west', '192.0.2.1'], ['east', '192.0.2.2']] as const) client.seed(resources.cableEndpoints, memberCable(cluster, address, BROKER));
    client.seed(resources.roles, { metadata: { name: 'mcs-member-west', namespace: BROKER }, rules: [] });
    await removeMember(client, 'west', BROKER, {});
    const { items } = await client.list(resources.serviceImports, { namespace: BROKER });
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(['odd.shop.east', 'web.shop.east']);
    const { items: endpoints } = await client.list(resources.cableEndpoints, { namespace: BROKER });
    expect(endpoints.map(({ spec: { cluster_id: cluster } }) => cluster)).toEqual(['east']);
    expect(await client.find(resources.roles, 'mcs-member-west', BROKER)).toBeDefined();
  });
});
