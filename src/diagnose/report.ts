import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckResult, CheckStatus } from './check.ts';

export interface ClusterReport {
  readonly context: string;
  /** Cluster id, or the context where there is none. */
  readonly name: string;
  /** Undefined for a cluster that is no member. */
  readonly clusterID?: string;
  readonly checks: readonly CheckResult[];
}

export interface DiagnoseReport {
  /** True if no check failed. */
  readonly ok: boolean;
  readonly summary: Readonly<Record<CheckStatus, number>>;
  readonly clusters: readonly ClusterReport[];
  /** Contexts left out, with the reason: no mcs there, or the same cluster under another name. */
  readonly leftOut: readonly { readonly context: string; readonly reason: string }[];
}

export function makeReport(clusters: readonly ClusterReport[], leftOut: DiagnoseReport['leftOut'] = []): DiagnoseReport {
  const summary = { pass: 0, warn: 0, fail: 0, skip: 0 };
  for (const check of clusters.flatMap((cluster) => cluster.checks)) summary[check.status] += 1;
  return { ok: summary.fail === 0, summary, clusters, leftOut };
}

/** Exit code of `mcs diagnose`: a failed check counts always, a warning only under `--fail-on warning`. */
export function exitCodeOf(report: DiagnoseReport, failOn: 'error' | 'warning'): ExitCode {
  if (report.summary.fail > 0) return EXIT.checksFailed;
  return report.summary.warn > 0 && failOn === 'warning' ? EXIT.warnings : EXIT.ok;
}
