import { type CheckResult, type CheckStatus, count } from '../diagnose/check.ts';
import type { CheckChange } from '../diagnose/compare-reports.ts';
import type { ClusterReport, DiagnoseReport } from '../diagnose/report.ts';

/** How each status is marked; without colour and Unicode where the terminal has none. */
export interface Marks {
  readonly mark: (status: CheckStatus) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  /** A command as it is typed in this shell. */
  readonly command: (text: string) => string;
}

/** Other clusters that a line names; it counts them where there are more. */
const NAMED_PEERS = 5;

const ASCII: Readonly<Record<CheckStatus, string>> = { pass: 'ok  ', warn: 'WARN', fail: 'FAIL', skip: 'skip' };

export const plainMarks: Marks = { mark: (status) => ASCII[status], dim: (text) => text, bold: (text) => text, command: (text) => text };

/** Title of a check, and the other cluster where it is of a pair. */
export function titleOf({ title, peer }: Pick<CheckResult, 'title' | 'peer'>): string {
  return peer === undefined ? title : `${title}: ${peer}`;
}

/** Commands that cure what a check found, best first. */
export function curesOf({ id, fix = [], repairs = [] }: CheckResult): readonly string[] {
  return [...(repairs.length > 0 ? [`mcs diagnose all --only ${id} --fix`] : []), ...fix];
}

function checkLines(check: CheckResult, { mark, dim, command }: Marks): readonly string[] {
  const { id, status, evidence, causedBy } = check;
  const head = `  ${mark(status)} ${id.padEnd(12)} ${titleOf(check)}`;
  if (causedBy !== undefined) return [`${head} ${dim(`(skipped: ${evidence[0] ?? ''})`)}`];
  if (status === 'pass') return [`${head}${evidence.length > 0 ? dim(` (${evidence.join('; ')})`) : ''}`];
  return [head, ...evidence.map((line) => `       ${line}`), ...curesOf(check).map((line) => `       fix: ${command(line)}`)];
}

/** Pairs that are well, and those that were left out for one reason, share a line: a set of 200 clusters has 199 for each. */
function joinPairs(checks: readonly CheckResult[]): readonly CheckResult[] {
  const isJoined = ({ peer, status }: CheckResult): boolean => peer !== undefined && (status === 'pass' || status === 'skip');
  const likeness = ({ evidence, id, status }: CheckResult): string => [id, ...(status === 'skip' ? evidence : [])].join('\n');
  const joined = Map.groupBy(checks.filter(isJoined), likeness);
  return checks.flatMap((check) => {
    if (!isJoined(check)) return [check];
    const same = joined.get(likeness(check)) ?? [];
    if (same[0] !== check) return [];
    const peers = same.flatMap(({ peer }) => peer ?? []);
    if (peers.length === 1) return [check];
    const { peer: _peer, ...first } = check;
    const named = peers.length > NAMED_PEERS ? count(peers.length, 'cluster') : peers.join(', ');
    return [check.status === 'skip' ? { ...first, peer: named } : { ...first, evidence: [named] }];
  });
}

function clusterLines({ name, context, checks }: ClusterReport, marks: Marks): readonly string[] {
  const heading = name === context ? name : `${name} (context ${context})`;
  return [marks.bold(heading), ...joinPairs(checks).flatMap((check) => checkLines(check, marks)), ''];
}

/** One line that says how it ended; `where` it was looked. */
export function summaryLine({ ok, summary, clusters }: DiagnoseReport, where = `in ${count(clusters.length, 'cluster')}`): string {
  if (clusters.length === 0) return 'Nothing was checked: mcs is in none of the clusters';
  const { pass, warn, fail, skip } = summary;
  const verdict = ok ? (pass + warn === 0 ? 'Nothing was tested' : 'No failed check') : count(fail, 'failed check');
  return `${verdict} ${where}: ${pass} passed, ${fail} failed, ${count(warn, 'warning')}, ${skip} skipped`;
}

/** A line of `--watch`. */
export function formatChange({ cluster, before, now }: CheckChange, at: Date, { mark, dim }: Marks): string {
  const result = now ?? before;
  if (result === undefined) return '';
  const time = dim(at.toTimeString().slice(0, 8));
  const end = now === undefined ? 'asked no more' : now.status === 'pass' ? 'good again' : (now.evidence[0] ?? '');
  return `${time} ${mark(now?.status ?? 'skip')} ${cluster} ${result.id} ${titleOf(result)}${end === '' ? '' : `: ${end}`}`;
}

/** Again at the end, so that nobody has to scroll. */
function rootCauseLines({ rootCauses }: DiagnoseReport, { bold }: Marks): readonly string[] {
  const lines = rootCauses.map((cause) => `  ${cause.id.padEnd(12)} ${cause.cluster}: ${titleOf(cause)}${cause.dependents === 0 ? '' : `, which explains ${count(cause.dependents, 'skipped check')}`}`);
  return lines.length === 0 ? [] : [bold('To be cured:'), ...lines];
}

/** The report as a person reads it. */
export function formatDiagnose(report: DiagnoseReport, marks: Marks = plainMarks, where?: string): string {
  // a check of pairs stands at one of the two: the other has none of a single topic
  const shown = report.clusters.filter(({ checks }) => checks.length > 0);
  return [...shown.flatMap((cluster) => clusterLines(cluster, marks)), summaryLine(report, where), ...rootCauseLines(report, marks)].join('\n');
}

/** Failures and warnings only, a line each. */
export function formatDiagnoseShort(report: DiagnoseReport, where?: string): string {
  const lines = report.clusters.flatMap(({ name, checks }) =>
    checks.filter(({ status }) => status === 'fail' || status === 'warn').map((check) => `${ASCII[check.status].trim()} ${name} ${check.id} ${titleOf(check)}: ${check.evidence[0] ?? ''}`),
  );
  return [...lines, summaryLine(report, where)].join('\n');
}
