import { describe, expect, it } from '@jest/globals';
import { costOf, MemberQuota } from '../../../src/controller/member-quota.ts';
import type { EndpointGroup } from '../../../src/sync/record.ts';

const slice = (...endpoints: readonly (readonly string[])[]): EndpointGroup => ({
  name: 'web-1',
  uid: '',
  family: 'IPv4',
  ports: [],
  endpoints: endpoints.map((addresses) => ({ addresses, ready: true, serving: true, terminating: false })),
});

describe('costOf', () => {
  it.each([
    { title: 'counts addresses', groups: [slice(['10.2.0.1'], ['10.2.0.2', '10.2.0.3'])], cost: 3 },
    { title: 'lets no empty slice pass for nothing', groups: [slice(), slice(), slice(['10.2.0.1'])], cost: 3 },
    { title: 'is nothing without slices', groups: [], cost: 0 },
  ])('$title', ({ groups, cost }) => {
    expect(costOf(groups)).toBe(cost);
  });
});

describe('MemberQuota', () => {
  it('takes no more services of one member than allowed, and gives others their own share', () => {
    const quota = new MemberQuota(1, 100);
    expect(quota.admit('west', 'a/x', 1)).toBe('admitted');
    expect(quota.admit('west', 'a/y', 1)).toBe('too many services');
    expect(quota.admit('south', 'a/y', 1)).toBe('admitted');
  });

  it('counts a service once, however often it changes', () => {
    const quota = new MemberQuota(10, 10);
    expect(quota.admit('west', 'a/x', 8)).toBe('admitted');
    expect(quota.admit('west', 'a/x', 10)).toBe('admitted');
    expect(quota.admit('west', 'a/x', 11)).toBe('too many endpoints');
    expect(quota.admit('west', 'a/y', 10)).toBe('admitted');
  });

  it('gives back what is exported no longer', () => {
    const quota = new MemberQuota(1, 10);
    quota.admit('west', 'a/x', 10);
    quota.releaseOthers('a/x', new Set(['south']));
    expect(quota.admit('west', 'a/y', 10)).toBe('admitted');
  });
});
