import { describe, expect, it } from '@jest/globals';
import type { CheckStatus } from '../../../src/diagnose/check.ts';
import { exitCodeOf, makeReport } from '../../../src/diagnose/report.ts';

function reportOf(...statuses: CheckStatus[]) {
  const checks = statuses.map((status, index) => ({ id: `A-${index}`, title: 't', topic: 'dns' as const, status, evidence: [], durationMs: 1 }));
  return makeReport([{ context: 'east', name: 'east', clusterID: 'east', checks }]);
}

describe('exitCodeOf', () => {
  const cases: [CheckStatus[], 'error' | 'warning', number][] = [
    [['pass', 'skip'], 'warning', 0],
    [['pass', 'warn'], 'error', 0],
    [['pass', 'warn'], 'warning', 4],
    [['warn', 'fail'], 'error', 3],
    [['warn', 'fail'], 'warning', 3],
    [[], 'warning', 0],
  ];
  it.each(cases)('%j under --fail-on %s gives %i', (statuses, failOn, expected) => {
    expect(exitCodeOf(reportOf(...statuses), failOn)).toBe(expected);
  });
});

describe('makeReport', () => {
  it('counts each status over all clusters', () => {
    expect(reportOf('pass', 'pass', 'warn', 'fail', 'skip').summary).toEqual({ pass: 2, warn: 1, fail: 1, skip: 1 });
  });

  it('names failed checks, and warnings under which others are folded, as root causes', () => {
    const check = (id: string, status: CheckStatus, more = {}) => ({ id, title: 't', topic: 'dns' as const, status, evidence: [], durationMs: 1, ...more });
    const folded = check('W', 'skip', { causedBy: 'W', causedIn: 'east' });
    const report = makeReport([
      { context: 'east', name: 'east', checks: [check('W', 'warn'), check('V', 'warn'), check('F', 'fail')] },
      { context: 'west', name: 'west', checks: [folded, check('G', 'skip', { causedBy: 'F' })] },
      { context: 'north', name: 'north', checks: [folded] },
    ]);
    expect(report.rootCauses.map(({ cluster, id, dependents }) => [cluster, id, dependents])).toEqual([['east', 'W', 2], ['east', 'F', 0]]);
  });
});
