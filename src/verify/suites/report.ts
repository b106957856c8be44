import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import type { SuiteName, TestName } from './catalogue.ts';

export type TestStatus = 'pass' | 'fail' | 'skip';

export interface TestResult {
  readonly suite: SuiteName;
  readonly name: TestName;
  /** What it proves. */
  readonly title: string;
  /** Between or in which clusters. */
  readonly where: string;
  readonly clusters: readonly string[];
  readonly status: TestStatus;
  readonly milliseconds: number;
  /** What was seen; of a failed test the reason first. */
  readonly evidence: readonly string[];
  /** What to type after a failure. */
  readonly next: readonly string[];
}

/** docs/schemas/verify.schema.json describes it as JSON. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly summary: Readonly<Record<TestStatus, number>>;
  readonly clusters: readonly { readonly name: string; readonly context: string }[];
  readonly namespace: string;
  /** The namespaces are left for a look. */
  readonly kept: boolean;
  readonly tests: readonly TestResult[];
}

/** Counts the results. */
export function makeReport(parts: Pick<VerifyReport, 'clusters' | 'namespace' | 'kept' | 'tests'>): VerifyReport {
  const count = (status: TestStatus): number => parts.tests.filter((test) => test.status === status).length;
  const summary = { pass: count('pass'), fail: count('fail'), skip: count('skip') };
  return { ok: summary.fail === 0 && summary.pass > 0, summary, ...parts };
}

/** 3 where a test failed; 1 where none was run, for then nothing was proven. */
export function exitCodeOf({ summary }: VerifyReport): ExitCode {
  if (summary.fail > 0) return EXIT.checksFailed;
  return summary.pass > 0 ? EXIT.ok : EXIT.error;
}
