import { describe, expect, it } from '@jest/globals';
import { judgeExpiry, judgeWorkload } from '../../../../src/diagnose/checks/deployment.ts';
import type { DiagnoseContext } from '../../../../src/diagnose/context.ts';

const context = { cluster: { context: 'west' } } as DiagnoseContext;

describe('judgeWorkload', () => {
  const cases: [number, number, string][] = [
    [2, 2, 'pass'],
    [1, 2, 'warn'],
    [0, 2, 'fail'],
    [0, 0, 'fail'],
  ];
  it.each(cases)('%i of %i ready is %s', (ready, wanted, expected) => {
    const workload = { component: 'dns', kind: 'Deployment', namespace: 'submariner-operator', name: 'mcs-dns', image: 'i', version: 'v', ready, wanted };
    expect(judgeWorkload(context, workload).status).toBe(expected);
  });
});

describe('judgeExpiry', () => {
  const now = Date.parse('2026-01-10T00:00:00Z');
  const cases: [string, string, string][] = [
    ['2026-01-12T00:00:00Z', '2026-01-16T00:00:00Z', 'pass'],
    ['2026-01-09T23:00:00Z', '2026-01-10T23:00:00Z', 'pass'],
    ['2026-01-09T00:00:00Z', '2026-01-10T12:00:00Z', 'warn'],
    ['2026-01-05T00:00:00Z', '2026-01-09T00:00:00Z', 'fail'],
    ['', '', 'fail'],
  ];
  it.each(cases)('a credential to be renewed at "%s" that ends at "%s" is %s', (renewsAt, expiresAt, expected) => {
    expect(judgeExpiry({ renewsAt, expiresAt }, now, 'west').status).toBe(expected);
  });
});
