import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../../src/api/types/index.ts';
import { judgeHubLease } from '../../../../src/diagnose/checks/hub-member.ts';

const HUB = { id: 'hub-0123456789', server: 'https://hub' };
const NOW = Date.parse('2026-01-01T00:10:00Z');

function lease(holderIdentity: string, secondsAgo: number): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'mcs-controller' }, spec: { holderIdentity, renewTime: new Date(NOW - secondsAgo * 1000).toISOString() } };
}

describe('judgeHubLease', () => {
  it.each([
    ['its own hub renews it', lease('hub-0123456789.west.pod', 3), 'pass', 'hub-0123456789 works in it'],
    ['a clock is ahead', lease('hub-0123456789.west.pod', -30), 'pass', 'hub-0123456789 works in it'],
    ['there is none', undefined, 'fail', 'nobody holds Lease'],
    ['it was released', lease('', 3), 'fail', 'nobody holds Lease'],
    ['another hub holds it', lease('hub-aaaaaaaaaa.west.pod', 3), 'fail', 'which is not hub-0123456789'],
    ['a controller holds it', lease('a-pod', 3), 'fail', 'which is not hub-0123456789'],
    ['it is not renewed', lease('hub-0123456789.west.pod', 90), 'fail', 'has not worked in this cluster for 90 s'],
  ])('where %s', (_what, held, status, text) => {
    const outcome = judgeHubLease(HUB, held, NOW);
    expect(outcome.status).toBe(status);
    expect(outcome.evidence.join(' ')).toContain(text);
  });
});
