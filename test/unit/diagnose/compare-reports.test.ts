import { describe, expect, it } from '@jest/globals';
import type { CheckResult } from '../../../src/diagnose/check.ts';
import { compareReports } from '../../../src/diagnose/compare-reports.ts';
import { makeReport } from '../../../src/diagnose/report.ts';

const result = (id: string, status: CheckResult['status'], evidence = 'e', peer?: string): CheckResult => ({ id, title: id, topic: 'dns', status, evidence: [evidence], durationMs: 1, ...(peer !== undefined && { peer }) });
const report = (...checks: CheckResult[]) => makeReport([{ context: 'west', name: 'west', checks }]);

describe('compareReports', () => {
  const cases: [string, CheckResult[], CheckResult[], string[]][] = [
    ['says nothing where nothing changed', [result('A', 'pass')], [result('A', 'pass', 'other words')], []],
    ['tells a check that fails now', [result('A', 'pass')], [result('A', 'fail')], ['A pass>fail']],
    ['tells one that is good again', [result('A', 'fail')], [result('A', 'pass')], ['A fail>pass']],
    ['tells other evidence of a failure', [result('A', 'fail', 'x')], [result('A', 'fail', 'y')], ['A fail>fail']],
    ['tells pairs apart', [result('P', 'pass', 'e', 'x'), result('P', 'pass', 'e', 'y')], [result('P', 'pass', 'e', 'x'), result('P', 'fail', 'e', 'y')], ['P pass>fail']],
    ['tells what is new', [], [result('A', 'fail')], ['A undefined>fail']],
    ['tells what is asked no more', [result('A', 'pass')], [], ['A pass>undefined']],
  ];
  it.each(cases)('%s', (_title, before, now, expected) => {
    const changes = compareReports(report(...before), report(...now));
    expect(changes.map((change) => `${(change.now ?? change.before)?.id ?? ''} ${String(change.before?.status)}>${String(change.now?.status)}`)).toEqual(expected);
  });
});
