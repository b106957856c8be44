import type { CheckResult } from '../../src/diagnose/check.ts';
import type { DiagnoseReport } from '../../src/diagnose/report.ts';
import type { Fault, Finding } from './fault.ts';

type Named = Pick<Finding, 'cluster' | 'id' | 'peer' | 'isWarning'>;

const textOf = ({ cluster, id, peer, isWarning = false }: Named): string => `${id} in ${cluster}${peer === undefined ? '' : ` (${peer})`}${isWarning ? ', a warning' : ''}`;

/** What a report names: failures that nothing else explains, and warnings. */
export function namedCauses(report: Pick<DiagnoseReport, 'clusters'>): readonly (Named & { readonly result: CheckResult })[] {
  return report.clusters.flatMap(({ name, checks }) =>
    checks.filter(({ status }) => status === 'fail' || status === 'warn').map((result) => ({ cluster: name, id: result.id, isWarning: result.status === 'warn', ...(result.peer !== undefined && { peer: result.peer }), result })),
  );
}

export const describeFindings = (findings: readonly Named[]): string => findings.map(textOf).toSorted().join('; ');

/** Why a report is not what a fault must give; undefined where it is. */
export function judgeReport(report: Pick<DiagnoseReport, 'clusters'>, { expected }: Pick<Fault, 'expected'>): string | undefined {
  const named = namedCauses(report);
  if (describeFindings(named) !== describeFindings(expected)) return `named: ${describeNamed(named)}`;
  const silent = expected.flatMap((finding) => {
    const seen = named.filter((one) => textOf(one) === textOf(finding)).flatMap(({ result }) => result.evidence).join('\n');
    return seen.includes(finding.evidence) ? [] : [`the evidence of ${textOf(finding)} does not hold "${finding.evidence}": ${seen}`];
  });
  return silent.length === 0 ? undefined : silent.join('; ');
}

function describeNamed(named: ReturnType<typeof namedCauses>): string {
  return named.length === 0 ? 'nothing' : named.map((one) => `${textOf(one)} [${one.result.evidence.join(' | ')}]`).join('; ');
}
