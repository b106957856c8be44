import { describe, expect, it } from '@jest/globals';
import { formatVerify, formatVerifyJunit, formatVerifyShort } from '../../../src/cli/present-verify.ts';
import { plainMarks } from '../../../src/cli/present-diagnose.ts';
import { exitCodeOf, makeReport, type TestResult, type VerifyReport } from '../../../src/verify/suites/report.ts';

const result = (more: Partial<TestResult>): TestResult => ({ suite: 'service-discovery', name: 'exported', title: 'An exported service resolves', where: 'west asks for a service of east', clusters: ['west', 'east'], status: 'pass', milliseconds: 42, evidence: ['10.0.0.1'], next: [], ...more });
const failed = result({ status: 'fail', milliseconds: 8123, evidence: ['web.x does not resolve: no such name (ENOTFOUND)'], next: ['mcs diagnose service-discovery --contexts west,east'] });
const skipped = result({ suite: 'connectivity', name: 'pod-to-pod', status: 'skip', evidence: ['east is not joined'] });
const report = (...tests: readonly TestResult[]): VerifyReport => makeReport({ clusters: [{ name: 'west', context: 'w' }, { name: 'east', context: 'e' }], namespace: 'mcs-verify-1', kept: false, tests });

describe('formatVerify', () => {
  it('has a line for each test, the reason and the next command of failures, and one line for all that is skipped alike', () => {
    expect(formatVerify(report(skipped, skipped, result({}), failed, { ...failed, name: 'srv' }))).toBe(
      [
        'connectivity',
        '  skip 2 tests (pod-to-pod): east is not joined',
        '',
        'service-discovery',
        '  ok   exported          west asks for a service of east (42 ms)',
        '  FAIL exported          west asks for a service of east (8.1 s)',
        '       web.x does not resolve: no such name (ENOTFOUND)',
        '  FAIL srv               west asks for a service of east (8.1 s)',
        '       web.x does not resolve: no such name (ENOTFOUND)',
        '       next: mcs diagnose service-discovery --contexts west,east',
        '',
        '2 tests failed between west, east: 1 passed, 2 failed, 2 skipped',
      ].join('\n'),
    );
  });

  it('shows what passed tests saw where that is asked for', () => {
    expect(formatVerify(report(result({})), plainMarks, true)).toContain('       10.0.0.1');
    expect(formatVerify(report(result({})))).not.toContain('10.0.0.1');
  });

  it('says that nothing was tested', () => {
    expect(formatVerify(report(skipped))).toContain('Nothing was tested between west, east: 0 passed, 0 failed, 1 skipped');
  });
});

describe('formatVerifyShort', () => {
  it('has failures only', () => {
    expect(formatVerifyShort(report(result({}), failed))).toBe('FAIL exported west asks for a service of east: web.x does not resolve: no such name (ENOTFOUND)\n1 test failed between west, east: 1 passed, 1 failed, 0 skipped');
  });
});

describe('formatVerifyJunit', () => {
  it('has a suite for each of ours, and reasons as build servers read them', () => {
    const xml = formatVerifyJunit(report(skipped, result({}), { ...failed, evidence: ['<web> & more'] }));
    expect(xml).toContain('<testsuite name="connectivity" tests="1" failures="0" errors="0" skipped="1"');
    expect(xml).toContain('<testsuite name="service-discovery" tests="2" failures="1" errors="0" skipped="0"');
    expect(xml).toContain('<failure message="&lt;web&gt; &amp; more">');
    expect(xml).toContain('next: mcs diagnose service-discovery');
  });
});

describe('exitCodeOf', () => {
  it.each([
    ['all pass', [result({})], 0],
    ['one fails', [result({}), failed], 3],
    ['some are skipped', [result({}), skipped], 0],
    ['nothing is tested', [skipped], 1],
  ] as const)('where %s', (_title, tests, code) => {
    expect(exitCodeOf(report(...tests))).toBe(code);
  });
});
