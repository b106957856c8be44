import { count } from '../diagnose/check.ts';
import { SUITES, TEST_KINDS, type TestKind } from '../verify/suites/catalogue.ts';
import type { PlannedTest } from '../verify/suites/planned-test.ts';
import type { TestResult, VerifyReport } from '../verify/suites/report.ts';
import { plainMarks, type Marks } from './present-diagnose.ts';
import { escapeXml } from './present-findings.ts';
import type { Section } from './sections.ts';

const NAME_WIDTH = Math.max(...TEST_KINDS.map(({ name }) => name.length));

const timeOf = ({ milliseconds }: Pick<TestResult, 'milliseconds'>): string => (milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`);

/** What can be run, for `--list`. */
export function catalogueSections(kinds: readonly TestKind[]): readonly Section[] {
  const rows = kinds.map(({ name, suite, title }) => [suite, name, title]);
  return [{ title: 'tests', columns: ['SUITE', 'TEST', 'PROVES'], rows, empty: '' }];
}

/** What would be run, for `--dry-run`. */
export function planSections(tests: readonly PlannedTest[]): readonly Section[] {
  const rows = tests.map(({ name, skip, where }) => [name, where, skip === undefined ? 'run' : `skipped: ${skip}`]);
  return [{ title: 'tests', columns: ['TEST', 'WHERE', 'WOULD BE'], rows, empty: 'no test' }];
}

function testLines(test: TestResult, { dim, mark }: Marks, isVerbose: boolean): readonly string[] {
  const head = `  ${mark(test.status)} ${test.name.padEnd(NAME_WIDTH)}  ${test.where} ${dim(`(${timeOf(test)})`)}`;
  if (test.status === 'pass') return [head, ...(isVerbose ? test.evidence.map((line) => `       ${dim(line)}`) : [])];
  return [head, ...test.evidence.map((line) => `       ${line}`)];
}

/** Failed tests with the next commands of each, which are said once where they follow several. */
function runLines(tests: readonly TestResult[], marks: Marks, isVerbose: boolean): readonly string[] {
  return tests.flatMap((test, index) => {
    const isLast = (line: string): boolean => !tests.slice(index + 1).some(({ next }) => next.includes(line));
    return [...testLines(test, marks, isVerbose), ...test.next.filter(isLast).map((line) => `       next: ${marks.command(line)}`)];
  });
}

/** A line for all that is skipped for one reason. */
function skipLines(tests: readonly TestResult[], { mark }: Marks): readonly string[] {
  const byReason = new Map<string, TestResult[]>();
  for (const test of tests.filter(({ status }) => status === 'skip')) {
    const reason = test.evidence.join('; ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), test]);
  }
  const kindsOf = (skipped: readonly TestResult[]): string => [...new Set(skipped.map(({ name }) => name))].join(', ');
  return [...byReason].map(([reason, skipped]) => `  ${mark('skip')} ${count(skipped.length, 'test')} (${kindsOf(skipped)}): ${reason}`);
}

function tally({ clusters, summary, tests }: VerifyReport): string {
  const { fail, pass, skip } = summary;
  const where = `between ${clusters.map(({ name }) => name).join(', ')}`;
  const rest = `${pass} passed, ${fail} failed, ${skip} skipped`;
  if (tests.length === skip) return `Nothing was tested ${where}: ${rest}`;
  return `${fail === 0 ? 'No test failed' : `${count(fail, 'test')} failed`} ${where}: ${rest}`;
}

/** The report as a person reads it; `isVerbose` shows what passed tests saw. */
export function formatVerify(report: VerifyReport, marks: Marks = plainMarks, isVerbose = false): string {
  const sections = SUITES.flatMap((suite) => {
    const tests = report.tests.filter((test) => test.suite === suite);
    if (tests.length === 0) return [];
    return [marks.bold(suite), ...runLines(tests.filter(({ status }) => status !== 'skip'), marks, isVerbose), ...skipLines(tests, marks), ''];
  });
  return [...sections, tally(report)].join('\n');
}

/** Failures only, a line each. */
export function formatVerifyShort(report: VerifyReport): string {
  const failed = report.tests.filter(({ status }) => status === 'fail').map(({ evidence, name, where }) => `FAIL ${name} ${where}: ${evidence[0] ?? ''}`);
  return [...failed, tally(report)].join('\n');
}

function junitCase(test: TestResult): string {
  const attributes = `classname="${escapeXml(test.suite)}" name="${escapeXml(`${test.name}: ${test.where}`)}" time="${(test.milliseconds / 1000).toFixed(3)}"`;
  const message = `message="${escapeXml(test.evidence[0] ?? '')}"`;
  if (test.status === 'pass') return `    <testcase ${attributes}/>`;
  if (test.status === 'skip') return `    <testcase ${attributes}>\n      <skipped ${message}/>\n    </testcase>`;
  const text = [...test.evidence, ...test.next.map((line) => `next: ${line}`)].join('\n');
  return `    <testcase ${attributes}>\n      <failure ${message}>${escapeXml(text)}</failure>\n    </testcase>`;
}

/** JUnit XML in the form that build servers read: a suite for each of ours. */
export function formatVerifyJunit({ tests }: VerifyReport): string {
  const suites = SUITES.flatMap((suite) => {
    const own = tests.filter((test) => test.suite === suite);
    const countOf = (status: TestResult['status']): number => own.filter((test) => test.status === status).length;
    const seconds = own.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
    const head = `  <testsuite name="${suite}" tests="${own.length}" failures="${countOf('fail')}" errors="0" skipped="${countOf('skip')}" time="${seconds.toFixed(3)}">`;
    return own.length === 0 ? [] : [head, ...own.map(junitCase), '  </testsuite>'];
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="mcs verify">', ...suites, '</testsuites>', ''].join('\n');
}
