import type { CheckResult } from './check.ts';
import type { DiagnoseReport } from './report.ts';

/** A check whose outcome is another one than before. */
export interface CheckChange {
  readonly cluster: string;
  /** Undefined where it was not asked before: a cluster or a pair is new. */
  readonly before?: CheckResult;
  /** Undefined where it is asked no more. */
  readonly now?: CheckResult;
}

function indexOf({ clusters }: DiagnoseReport): ReadonlyMap<string, { readonly cluster: string; readonly result: CheckResult }> {
  return new Map(clusters.flatMap(({ name, checks }) => checks.map((result) => [JSON.stringify([name, result.id, result.peer]), { cluster: name, result }])));
}

/** What `--watch` tells: changes of status, and of the evidence of what fails. */
export function compareReports(before: DiagnoseReport, now: DiagnoseReport): readonly CheckChange[] {
  const [old, current] = [indexOf(before), indexOf(now)];
  const changed = [...current].flatMap(([key, { cluster, result }]): CheckChange[] => {
    const previous = old.get(key)?.result;
    const isSame = previous?.status === result.status && (result.status !== 'fail' || previous.evidence.join('\n') === result.evidence.join('\n'));
    return isSame ? [] : [{ cluster, ...(previous && { before: previous }), now: result }];
  });
  const ended = [...old].flatMap(([key, { cluster, result }]): CheckChange[] => (current.has(key) ? [] : [{ cluster, before: result }]));
  return [...changed, ...ended];
}
