import { describe, expect, it } from '@jest/globals';
import { type Claim, duplicateIDChecks, judgeClaim } from '../../../../src/diagnose/checks/duplicate-ids.ts';
import { contextAmong, member } from '../../../helpers/diagnose-scene.ts';

const claim = (name: string, uid: string, joinedUID = uid): Claim => ({ name, uid, joinedUID });
const OWN = claim('ctx-a', 'u1');

describe('judgeClaim', () => {
  it.each<[string, Claim, string | undefined, Claim[], string, string[]]>([
    ['nobody else has the id', OWN, 'u1', [], 'pass', []],
    ['the broker was not read', OWN, undefined, [], 'pass', []],
    ['the broker knows another cluster', OWN, 'u2', [], 'fail', []],
    ['its configuration is copied', claim('ctx-a', 'u1', 'u2'), undefined, [], 'fail', []],
    ['another one has the id, which the broker does not know', OWN, 'u1', [claim('ctx-b', 'u2')], 'fail', ['ctx-b']],
    ['another one has the id, and the broker knows that one', OWN, 'u2', [claim('ctx-b', 'u2')], 'fail', []],
    ['another one has a copied configuration', OWN, undefined, [claim('ctx-b', 'u2', 'u1')], 'fail', ['ctx-b']],
    ['nobody can tell, and the other one comes later', OWN, undefined, [claim('ctx-b', 'u2')], 'fail', ['ctx-b']],
    ['nobody can tell, and this one comes later', claim('ctx-c', 'u1'), undefined, [claim('ctx-b', 'u2')], 'fail', []],
  ])('%s', (_title, own, holderUID, others, status, blamed) => {
    const outcome = judgeClaim(own, { id: 'west', context: 'ctx-a', holderUID, others });
    expect([outcome.status, (outcome.suspects ?? []).map(({ cluster }) => cluster)]).toEqual([status, blamed]);
  });

  it('names both clusters', () => {
    const { evidence } = judgeClaim(OWN, { id: 'west', context: 'ctx-a', holderUID: 'u2', others: [claim('ctx-b', 'u2')] });
    expect(evidence).toEqual(['this cluster has the kube-system u1 and calls itself "west"', 'the broker has "west" as the cluster with the kube-system u2', '"ctx-b", with the kube-system u2, calls itself "west" too']);
  });
});

describe('MCS-DEP-09', () => {
  it('compares clusters of one set, by their UIDs', async () => {
    const west = member('west', { config: { clusterUID: 'west' } });
    const double = { ...west, context: 'ctx-two', state: { ...west.state, uid: 'other' } };
    const foreign = { ...double, context: 'ctx-three', state: { ...double.state, member: { ...west.state.member, config: { ...west.state.member?.config, brokerNamespace: 'elsewhere' } } } } as typeof west;
    const [check] = duplicateIDChecks;
    const judge = async (...others: (typeof west)[]) => (await check?.run(contextAmong(west, others), new AbortController().signal))?.suspects;
    expect(await judge(double)).toEqual([{ cluster: 'ctx-two', ids: ['MCS-DEP-09'] }]);
    expect(await judge(foreign)).toBeUndefined();
  });
});
