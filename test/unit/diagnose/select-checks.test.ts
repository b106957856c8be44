import { describe, expect, it } from '@jest/globals';
import type { CheckResult, CheckStatus } from '../../../src/diagnose/check.ts';
import { ALL_CHECKS } from '../../../src/diagnose/diagnose.ts';
import { parseSuppression, type Selection, selectChecks, suppress } from '../../../src/diagnose/select-checks.ts';

const checks = [
  { id: 'MCS-DEP-02', topic: 'deployment' as const, needs: [] },
  { id: 'MCS-DNS-01', topic: 'dns' as const, needs: ['MCS-DEP-02'] },
  { id: 'MCS-DNS-02', topic: 'dns' as const, needs: ['MCS-DNS-01'] },
  { id: 'MCS-SD-01', topic: 'service-discovery' as const, needs: [] },
];

describe('selectChecks', () => {
  const cases: [string, Selection, string[], string[]][] = [
    ['everything where nothing is selected', {}, ['MCS-DEP-02', 'MCS-DNS-01', 'MCS-DNS-02', 'MCS-SD-01'], ['MCS-DEP-02', 'MCS-DNS-01', 'MCS-DNS-02', 'MCS-SD-01']],
    ['one, with all that it depends on', { only: ['MCS-DNS-02'] }, ['MCS-DEP-02', 'MCS-DNS-01', 'MCS-DNS-02'], ['MCS-DNS-02']],
    ['by the beginning of an id', { only: ['mcs-dns'] }, ['MCS-DEP-02', 'MCS-DNS-01', 'MCS-DNS-02'], ['MCS-DNS-01', 'MCS-DNS-02']],
    ['by topic', { only: ['service-discovery'] }, ['MCS-SD-01'], ['MCS-SD-01']],
    ['of topics, fewer', { topics: ['dns'], only: ['MCS-DNS-01', 'MCS-SD-01'] }, ['MCS-DEP-02', 'MCS-DNS-01'], ['MCS-DNS-01']],
    ['all but some', { skip: ['dns'] }, ['MCS-DEP-02', 'MCS-SD-01'], ['MCS-DEP-02', 'MCS-SD-01']],
    ['never what is skipped, even if another one depends on it', { only: ['MCS-DNS-02'], skip: ['MCS-DEP-02'] }, ['MCS-DNS-01', 'MCS-DNS-02'], ['MCS-DNS-02']],
  ];
  it.each(cases)('selects %s', (_title, selection, run, shown) => {
    const selected = selectChecks(checks, selection);
    expect(selected.run.map(({ id }) => id)).toEqual(run);
    expect(checks.filter((check) => selected.isShown({ ...check, status: 'pass' })).map(({ id }) => id)).toEqual(shown);
  });

  it('shows a cause that was not asked for', () => {
    expect(selectChecks(checks, { only: ['MCS-DNS-02'] }).isShown({ id: 'MCS-DEP-02', topic: 'deployment', status: 'fail' })).toBe(true);
  });

  it('refuses what selects nothing, with the nearest id', () => {
    expect(() => selectChecks(checks, { only: ['MCS-DSN-01'] })).toThrow('did you mean "MCS-DNS-01"');
  });
});

describe('parseSuppression', () => {
  it('reads a check in one cluster, and in all', () => {
    expect(parseSuppression('MCS-SD-01=west', checks)).toEqual({ id: 'MCS-SD-01', cluster: 'west' });
    expect(parseSuppression('mcs-sd-01', checks)).toEqual({ id: 'MCS-SD-01' });
  });

  it.each([['MCS-SD-1=west', 'there is no check'], ['MCS-SD-01=', 'the cluster is missing']])('refuses %s: %s', (text, why) => {
    expect(() => parseSuppression(text, checks)).toThrow(why);
  });
});

describe('suppress', () => {
  const result = (status: CheckStatus): CheckResult => ({ id: 'MCS-SD-01', title: 't', topic: 'dns', status, evidence: ['seen'], durationMs: 0 });
  const known = [{ id: 'MCS-SD-01', cluster: 'west' }];

  it('makes a finding a skip that says what it was', () => {
    expect(suppress(result('fail'), 'west', known)).toMatchObject({ status: 'skip', suppressed: 'fail', evidence: ['suppressed: fail', 'seen'] });
  });

  it('leaves other clusters, and what passed, as they are', () => {
    expect(suppress(result('fail'), 'east', known)).toMatchObject({ status: 'fail' });
    expect(suppress(result('pass'), 'west', known)).toMatchObject({ status: 'pass' });
  });
});

describe('ALL_CHECKS', () => {
  it('has each id once', () => {
    const ids = ALL_CHECKS.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('has needs that stand before what needs them, so that they form no circle', () => {
    const wrong = ALL_CHECKS.flatMap((check, index) => [...check.needs, ...(check.scope === 'pair' ? check.peerNeeds : [])].filter((need) => ALL_CHECKS.findIndex(({ id }) => id === need) >= index || !ALL_CHECKS.some(({ id }) => id === need)));
    expect(wrong).toEqual([]);
  });
});
