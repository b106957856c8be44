import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../src/api/types/index.ts';
import { judgeExpiry, judgeWorkload, podTroubles } from '../../../../src/diagnose/checks/deployment.ts';
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
  const cases: [string, string][] = [
    ['2026-01-16T00:00:00Z', 'pass'],
    ['2026-01-10T12:00:00Z', 'warn'],
    ['2026-01-09T00:00:00Z', 'fail'],
    ['', 'fail'],
  ];
  it.each(cases)('an end at "%s" is %s', (expiresAt, expected) => {
    expect(judgeExpiry(expiresAt, now, 'west').status).toBe(expected);
  });
});

describe('podTroubles', () => {
  const podWith = (status: NonNullable<Pod['status']>): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] }, status });
  const container = { name: 'c', image: 'i', ready: false };

  it('counts a container in CrashLoopBackOff as broken though its pod is Running', () => {
    const pod = podWith({ phase: 'Running', containerStatuses: [{ ...container, restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } }] });
    expect(podTroubles(pod)).toEqual({ broken: ['p/c waits: CrashLoopBackOff'], restarts: ['p/c restarted 7 times'] });
  });

  it('finds nothing in a pod that is well', () => {
    expect(podTroubles(podWith({ phase: 'Running', containerStatuses: [{ ...container, ready: true, restartCount: 1 }] }))).toEqual({ broken: [], restarts: [] });
  });
});
