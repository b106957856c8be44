import { describe, expect, it } from '@jest/globals';
import { formatDiagnose, formatDiagnoseShort } from '../../../src/cli/present-diagnose.ts';
import type { CheckResult } from '../../../src/diagnose/check.ts';
import { makeReport } from '../../../src/diagnose/report.ts';
import { sampleReport } from '../../helpers/sample-report.ts';

const base = { topic: 'dns' as const, durationMs: 1 };
const checks: CheckResult[] = [
  { ...base, id: 'MCS-DEP-01', title: 'The controller is ready', status: 'pass', evidence: ['1 of 1 ready'] },
  { ...base, id: 'MCS-DEP-02', title: 'The name server is ready', status: 'fail', evidence: ['0 of 2 ready'], fix: ['kubectl logs x'] },
  { ...base, id: 'MCS-DNS-01', title: 'Every pod answers', status: 'skip', evidence: ['caused by MCS-DEP-02'], causedBy: 'MCS-DEP-02' },
  { ...base, id: 'MCS-SD-02', title: 'No conflict', status: 'warn', evidence: ['shop/a: PortConflict'] },
];
const report = makeReport([{ context: 'admin@west', name: 'west', clusterID: 'west', checks }]);

describe('formatDiagnose', () => {
  it('offers --fix first where there is a repair', () => {
    expect(formatDiagnose(sampleReport())).toContain('       fix: mcs diagnose all --only MCS-DEP-02 --fix\n       fix: kubectl logs x');
  });

  it('has no heading for a cluster in which nothing was checked', () => {
    const pair: CheckResult = { ...base, id: 'MCS-NET-10', title: 'UDP passes', peer: 'east', status: 'pass', evidence: [] };
    const [first, ...rest] = formatDiagnose(makeReport([{ context: 'west', name: 'west', checks: [pair] }, { context: 'east', name: 'east', checks: [] }])).split('\n');
    expect([first, rest.includes('east')]).toEqual(['west', false]);
  });

  it('joins the pairs that are well in a line, and shows each that is not', () => {
    const pairs = (peers: string[], status: 'pass' | 'fail' = 'pass'): CheckResult[] => peers.map((peer) => ({ ...base, id: 'MCS-NET-07', title: 'Connected', peer, status, evidence: [`to ${peer}`] }));
    const linesOf = (...results: CheckResult[]) => formatDiagnose(makeReport([{ context: 'w', name: 'w', checks: results }])).split('\n').slice(1, -1).filter((line) => line.includes('MCS-NET-07 '));
    expect(linesOf(...pairs(['a']))).toEqual(['  ok   MCS-NET-07   Connected: a (to a)']);
    expect(linesOf(...pairs(['a', 'b']))).toEqual(['  ok   MCS-NET-07   Connected (a, b)']);
    expect(linesOf(...pairs(['a', 'b', 'c', 'd', 'e', 'f']))).toEqual(['  ok   MCS-NET-07   Connected (6 clusters)']);
    expect(linesOf(...pairs(['a']), ...pairs(['x'], 'fail'), ...pairs(['b'])).slice(0, 2)).toEqual(['  ok   MCS-NET-07   Connected (a, b)', '  FAIL MCS-NET-07   Connected: x']);
  });

  it('joins the pairs that were left out for one reason, apart from those left out for another', () => {
    const skipped = ['a', 'b', 'c'].map((peer): CheckResult => ({ ...base, id: 'MCS-NET-10', title: 'UDP passes', peer, status: 'skip', evidence: [peer === 'c' ? 'no image' : 'no pods'] }));
    expect(formatDiagnose(makeReport([{ context: 'w', name: 'w', checks: skipped }])).split('\n').slice(1)).toEqual(['  skip MCS-NET-10   UDP passes: a, b', '       no pods', '  skip MCS-NET-10   UDP passes: c', '       no image', '', 'Nothing was tested in 1 cluster: 0 passed, 0 failed, 0 warnings, 3 skipped']);
  });

  it('shows evidence and fix of what failed, and folds what it caused', () => {
    expect(formatDiagnose(report)).toBe(
      [
        'west (context admin@west)',
        '  ok   MCS-DEP-01   The controller is ready (1 of 1 ready)',
        '  FAIL MCS-DEP-02   The name server is ready',
        '       0 of 2 ready',
        '       fix: kubectl logs x',
        '  skip MCS-DNS-01   Every pod answers (skipped: caused by MCS-DEP-02)',
        '  WARN MCS-SD-02    No conflict',
        '       shop/a: PortConflict',
        '',
        '1 failed check in 1 cluster: 1 passed, 1 failed, 1 warning, 1 skipped',
        'To be cured:',
        '  MCS-DEP-02   west: The name server is ready, which explains 1 skipped check',
      ].join('\n'),
    );
  });
});

describe('formatDiagnoseShort', () => {
  it('shows failures and warnings only', () => {
    expect(formatDiagnoseShort(report).split('\n')).toEqual([
      'FAIL west MCS-DEP-02 The name server is ready: 0 of 2 ready',
      'WARN west MCS-SD-02 No conflict: shop/a: PortConflict',
      '1 failed check in 1 cluster: 1 passed, 1 failed, 1 warning, 1 skipped',
    ]);
  });
});
