import type { CheckResult } from '../../src/diagnose/check.ts';
import type { DiagnoseReport } from '../../src/diagnose/report.ts';
import type { Fault, Finding } from './fault.ts';

const textOf = ({ cluster, id, peer }: Finding): string => `${id} in ${cluster}${peer === undefined ? '' : ` (${peer})`}`;

/** What a report names as causes: failures, or warnings where the fault is one. */
export function namedCauses(report: Pick<DiagnoseReport, 'clusters'>, isWarning: boolean): readonly (Finding & { readonly result: CheckResult })[] {
  return report.clusters.flatMap(({ name, checks }) =>
    checks.filter(({ status }) => status === 'fail' || (isWarning && status === 'warn')).map((result) => ({ cluster: name, id: result.id, ...(result.peer !== undefined && { peer: result.peer }), result })),
  );
}

export const describeFindings = (findings: readonly Finding[]): string => findings.map(textOf).toSorted().join(', ');

/** Why a report is not what a fault must give; undefined where it is. */
export function judgeReport(report: Pick<DiagnoseReport, 'clusters'>, { expected, evidence, isWarning = false }: Pick<Fault, 'expected' | 'evidence' | 'isWarning'>): string | undefined {
  const named = namedCauses(report, isWarning);
  if (describeFindings(named) !== describeFindings(expected)) return `named: ${describeFindings(named) || 'nothing'}`;
  const first = named.find((one) => textOf(one) === textOf(expected[0]));
  const seen = first?.result.evidence.join('\n') ?? '';
  return evidence.test(seen) ? undefined : `the evidence does not hold ${String(evidence)}: ${seen}`;
}
