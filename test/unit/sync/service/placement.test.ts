import { describe, expect, it } from '@jest/globals';
import { type ClusterEndpoints, formatPlacement, parsePlacement, placeEndpoints } from '../../../../src/sync/service/placement.ts';
import { endpointGroup } from '../../../helpers/service-records.ts';

function candidate(text: string): ClusterEndpoints {
  const [cluster = '', state] = text.split(' ');
  const group = endpointGroup(`${cluster}-1`, ['10.1.0.1']);
  if (state === 'empty') return { cluster, groups: [] };
  return { cluster, groups: [state === 'unready' ? { ...group, endpoints: group.endpoints.map((endpoint) => ({ ...endpoint, ready: false })) } : group] };
}

interface Case {
  readonly title: string;
  readonly policy: string;
  readonly candidates: readonly string[];
  readonly unreachable?: readonly string[];
  readonly expected: readonly string[];
}

/** As the cluster "west" places them. */
const CASES: readonly Case[] = [
  { title: 'all: everybody', policy: 'all', candidates: ['east', 'west'], expected: ['east', 'west'] },
  { title: 'local: only the own cluster while it is ready', policy: 'local', candidates: ['east', 'west'], expected: ['west'] },
  { title: 'local: everybody where the own cluster does not export', policy: 'local', candidates: ['east', 'south'], expected: ['east', 'south'] },
  { title: 'local: everybody while none of the own endpoints is ready', policy: 'local', candidates: ['east', 'west unready'], expected: ['east', 'west'] },
  { title: 'local: everybody while the own cluster has no endpoints', policy: 'local', candidates: ['east', 'west empty'], expected: ['east', 'west'] },
  { title: 'failover: the first of the list', policy: 'failover=south,east', candidates: ['east', 'west', 'south'], expected: ['south'] },
  { title: 'failover: the next one while the first is not ready', policy: 'failover=south,east', candidates: ['east', 'west', 'south unready'], expected: ['east'] },
  { title: 'failover: the next one while the first is silent', policy: 'failover=south,east', candidates: ['east', 'west'], expected: ['east'] },
  { title: 'failover: everybody when none of the list is ready', policy: 'failover=south', candidates: ['east', 'west'], expected: ['east', 'west'] },
  { title: 'failover: what is not ready is better than nothing (publishNotReadyAddresses is in the condition)', policy: 'failover=east', candidates: ['east unready'], expected: ['east'] },
  { title: 'all: without a cluster that cannot be reached', policy: 'all', candidates: ['east', 'south'], unreachable: ['east'], expected: ['south'] },
  { title: 'all: everybody where nobody else has a ready one', policy: 'all', candidates: ['east', 'south unready'], unreachable: ['east'], expected: ['east', 'south'] },
  { title: 'all: the only cluster, though it cannot be reached', policy: 'all', candidates: ['east'], unreachable: ['east'], expected: ['east'] },
  { title: 'all: everybody where nobody can be reached', policy: 'all', candidates: ['east', 'south'], unreachable: ['east', 'south'], expected: ['east', 'south'] },
  { title: 'local: without a cluster that cannot be reached where the own one is not ready', policy: 'local', candidates: ['east', 'south', 'west unready'], unreachable: ['east'], expected: ['south', 'west'] },
  { title: 'failover: the next one while the first cannot be reached', policy: 'failover=south,east', candidates: ['east', 'south', 'west'], unreachable: ['south'], expected: ['east'] },
  { title: 'failover: others while none of the list can be reached', policy: 'failover=south', candidates: ['east', 'south'], unreachable: ['south'], expected: ['east'] },
  { title: 'failover: the first one where nobody can be reached', policy: 'failover=south', candidates: ['east', 'south'], unreachable: ['east', 'south'], expected: ['south'] },
];

describe('placeEndpoints', () => {
  it.each(CASES)('$title', ({ policy, candidates, unreachable = [], expected }) => {
    const parsed = parsePlacement(policy);
    expect(parsed && placeEndpoints(parsed, candidates.map(candidate), 'west', (cluster) => !unreachable.includes(cluster)).map(({ cluster }) => cluster)).toEqual(expected);
  });
});

describe('parsePlacement', () => {
  it.each([
    ['all', 'all'],
    [' local ', 'local'],
    ['failover=a,b', 'failover=a,b'],
    ['failover=a, b', 'failover=a,b'],
  ])('reads %j as %s', (text, expected) => {
    const policy = parsePlacement(text);
    expect(policy && formatPlacement(policy)).toBe(expected);
  });

  it.each(['', 'any', 'failover', 'failover=', 'failover=a,,b', 'failover=a,a', 'failover=A_B', 'failover=a=b', 'all=a', `failover=${Array.from({ length: 201 }, (_, index) => `c${index}`).join(',')}`])('refuses %j', (text) => {
    expect(parsePlacement(text)).toBeUndefined();
  });
});
