import { describe, expect, it } from '@jest/globals';
import { chooseSet } from '../../../../src/inspect/service/read-service-view.ts';
import type { BrokerPlace } from '../../../../src/inspect/service/service-view.ts';
import { tracedService } from '../../../helpers/traced-service.ts';

const { broker, members } = tracedService().view;

function brokerOf(cluster: string, ids: readonly string[], knowsService: boolean): BrokerPlace {
  if (broker === undefined) throw new Error('there is no broker');
  const known = ids.map((clusterID) => ({ clusterID, podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 0 }));
  return { ...broker, cluster, members: known, imports: knowsService ? broker.imports : [] };
}

describe('chooseSet', () => {
  it.each<[string, BrokerPlace[], string | undefined, string[]]>([
    ['takes all members where no broker was read', [], undefined, ['west', 'east']],
    ['takes all members where there is one broker', [brokerOf('hub', ['west'], true)], 'hub', ['west', 'east']],
    ['prefers the broker that knows the service', [brokerOf('a', ['west', 'east'], false), brokerOf('b', ['west'], true)], 'b', ['west']],
    ['prefers the broker with more of the members where neither does', [brokerOf('a', ['east'], false), brokerOf('b', ['west', 'east'], false)], 'b', ['west', 'east']],
  ])('%s', (_title, brokers, chosen, ids) => {
    const set = chooseSet(brokers, members);
    expect([set.broker?.cluster, set.members.map(({ cluster }) => cluster)]).toEqual([chosen, ids]);
    expect(set.leftOut).toHaveLength(members.length - ids.length);
  });
});
