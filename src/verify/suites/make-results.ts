import { kindOf } from './catalogue.ts';
import type { Verdict } from './judge-test.ts';
import { nextCommands } from './next-commands.ts';
import type { PlannedTest } from './planned-test.ts';
import type { TestResult } from './report.ts';
import type { VerifyPlan } from './verify-plan.ts';

/** What came of a run. */
export interface Outcomes {
  readonly verdicts: ReadonlyMap<PlannedTest, Verdict>;
  /** Why tests that were planned were not run. */
  readonly skips: ReadonlyMap<PlannedTest, string>;
  readonly kept: boolean;
}

/** A result for each planned test, also for those that were not run. */
export function makeResults({ clusters, namespaces, tests }: VerifyPlan, { kept, skips, verdicts }: Outcomes): readonly TestResult[] {
  return tests.map((test) => {
    const { name, skip, where } = test;
    const { suite, title } = kindOf(name);
    const base = { suite, name, title, where, clusters: test.clusters };
    const verdict = verdicts.get(test);
    if (verdict === undefined) return { ...base, status: 'skip', milliseconds: 0, evidence: [skip ?? skips.get(test) ?? 'a test before failed, and everything is kept as it was then'], next: [] };
    return { ...base, ...verdict, next: verdict.status === 'fail' ? nextCommands(test, { clusters, kept, namespace: namespaces.pods }) : [] };
  });
}
