import { describe, expect, it } from '@jest/globals';
import type { MemberState } from '../../../src/inspect/cluster-state.ts';
import { brokerOf, isSameSet } from '../../../src/inspect/same-set.ts';
import type { FleetMember } from '../../../src/inspect/survey-fleet.ts';

const member = (server?: string, brokerNamespace = 'b'): MemberState => ({ config: { clusterID: 'west', brokerNamespace }, ...(server !== undefined && { credential: { server } }) }) as MemberState;

describe('isSameSet', () => {
  it.each([
    ['the same broker', member('https://a'), member('https://a'), true],
    ['brokers at other addresses', member('https://a'), member('https://b'), false],
    ['other namespaces of one cluster', member('https://a'), member('https://a', 'c'), false],
    ['one that does not say', member('https://a'), member(), undefined],
    ['other namespaces, of which one does not say where', member('https://a'), member(undefined, 'c'), false],
  ])('%s', (_title, one, other, expected) => {
    expect([isSameSet(one, other), isSameSet(other, one)]).toEqual([expected, expected]);
  });
});

describe('brokerOf', () => {
  const host = (context: string, server: string, ...members: string[]): FleetMember => ({ context, client: { server }, state: { broker: { members: members.map((clusterID) => ({ clusterID })) } } }) as unknown as FleetMember;

  it.each([
    ['the one that knows the id', [host('one', 'https://x', 'east'), host('two', 'https://y', 'west')], 'two'],
    ['of two that know it the one at the right address', [host('one', 'https://x', 'west'), host('two', 'https://a', 'west')], 'two'],
    ['none that does not know it', [host('one', 'https://a', 'east')], undefined],
  ])('finds %s', (_title, clusters, expected) => {
    expect(brokerOf({ clusters }, member('https://a'))?.context).toBe(expected);
  });
});
