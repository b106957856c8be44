import { describe, expect, it } from '@jest/globals';
import { formatHostProblems, type HostProblem, readHostProblems } from '../../../src/api/host-problems.ts';

describe('formatHostProblems and readHostProblems', () => {
  it.each<[string, readonly HostProblem[]]>([
    ['none', []],
    ['one', [{ reason: 'VxlanMissing', message: 'The kernel has no VXLAN, by which nodes reach their gateway', fix: 'Load the module: modprobe vxlan (some have it in a package)' }]],
    ['several, with the marks of sentences in them', [{ reason: 'ForwardBlocked', message: 'The chain "inet a b" drops: all. Of it', fix: 'nft insert rule a; nft insert rule b (both)' }, { reason: 'PortTaken', message: 'UDP port 4500', fix: 'ss -ulnp' }]],
  ])('agree on %s', (_case, problems) => {
    expect(readHostProblems(formatHostProblems(problems))).toEqual(problems);
  });

  it('make one line of what a program printed', () => {
    expect(formatHostProblems([{ reason: 'NftablesMissing', message: 'nft: a\n  b\n', fix: 'modprobe' }])).toBe('NftablesMissing: nft: a b. Fix: modprobe');
  });

  it.each(['', 'The node has not been looked at yet', 'ip: no such device\nFix: none', ' Fix: x', 'a b: c. Fix: d'])('read nothing from %j', (text) => {
    expect(readHostProblems(text)).toEqual([]);
  });
});
