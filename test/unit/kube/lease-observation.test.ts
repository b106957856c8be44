import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../src/api/types/index.ts';
import { LeaseObservation } from '../../../src/kube/lease-observation.ts';

const DURATION = 3_000;

function lease(resourceVersion: string): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x', resourceVersion }, spec: { holderIdentity: 'a' } };
}

describe('LeaseObservation', () => {
  it.each<[string, (seen: LeaseObservation) => void, boolean]>([
    ['never read', () => undefined, false],
    ['the same for its duration', (seen) => [0, 1_000, 2_000, 3_000].forEach((at) => seen.see(lease('1'), at)), true],
    ['another one meanwhile', (seen) => [0, 1_000, 2_000, 3_000].forEach((at) => seen.see(lease(at < 2_000 ? '1' : '2'), at)), false],
    ['not readable at the end', (seen) => {
      seen.see(lease('1'), 0);
      seen.miss();
    }, false],
    ['not readable for a moment', (seen) => {
      seen.see(lease('1'), 0);
      seen.miss();
      seen.see(lease('1'), 1_000);
    }, false],
    ['not looked at in between', (seen) => {
      seen.see(lease('1'), 0);
      seen.beginAt(3_000, DURATION);
      seen.see(lease('1'), 3_000);
    }, false],
    ['looked at often enough', (seen) => {
      seen.see(lease('1'), 0);
      seen.beginAt(2_900, DURATION);
      seen.see(lease('1'), 3_000);
    }, true],
  ])('%s: has it stood still?', (_what, watch, expected) => {
    const seen = new LeaseObservation();
    watch(seen);
    expect(seen.hasStoodStill(DURATION, 3_000)).toBe(expected);
  });
});
