import { type ExitCode, exitCodeOfFindings, type FailOn } from '../base/exit-codes.ts';
import type { CheckResult, CheckStatus } from './check.ts';

export interface ClusterReport {
  readonly context: string;
  /** Cluster id, or the context where there is none. */
  readonly name: string;
  /** Undefined for a cluster that is no member. */
  readonly clusterID?: string;
  readonly checks: readonly CheckResult[];
}

/** A finding that no other one explains: a failed check, or a warning under which others are folded. */
export interface RootCause {
  readonly cluster: string;
  readonly id: string;
  /** The other cluster, where the check is of a pair. */
  readonly peer?: string;
  readonly title: string;
  /** How many checks are folded under it, in all clusters. */
  readonly dependents: number;
}

/** docs/schemas/diagnose.schema.json describes it as JSON. */
export interface DiagnoseReport {
  /** True if no check failed. */
  readonly ok: boolean;
  readonly summary: Readonly<Record<CheckStatus, number>>;
  /** What to look at first: those with the most dependents lead. */
  readonly rootCauses: readonly RootCause[];
  readonly clusters: readonly ClusterReport[];
  /** Contexts left out, with the reason: no mcs there, or the same cluster under another name. */
  readonly leftOut: readonly { readonly context: string; readonly reason: string }[];
}

function findRootCauses(clusters: readonly ClusterReport[]): readonly RootCause[] {
  const all = clusters.flatMap(({ name, checks }) => checks.map((check) => ({ name, check })));
  const keyOf = (cluster: string, id: string): string => JSON.stringify([cluster, id]);
  const folded = Map.groupBy(all.filter(({ check }) => check.causedBy !== undefined), ({ name, check }) => keyOf(check.causedIn ?? name, check.causedBy ?? ''));
  return all
    .map(({ name, check: { id, title, peer, status } }) => ({ status, cause: { cluster: name, id, ...(peer !== undefined && { peer }), title, dependents: folded.get(keyOf(name, id))?.length ?? 0 } }))
    .filter(({ status, cause }) => status === 'fail' || (status === 'warn' && cause.dependents > 0))
    .map(({ cause }) => cause)
    .toSorted((a, b) => b.dependents - a.dependents);
}

export function makeReport(clusters: readonly ClusterReport[], leftOut: DiagnoseReport['leftOut'] = []): DiagnoseReport {
  const summary = { pass: 0, warn: 0, fail: 0, skip: 0 };
  for (const check of clusters.flatMap((cluster) => cluster.checks)) summary[check.status] += 1;
  return { ok: summary.fail === 0, summary, rootCauses: findRootCauses(clusters), clusters, leftOut };
}

/** Exit code of `mcs diagnose`: a failed check counts always, a warning only under `--fail-on warning`. */
export function exitCodeOf({ summary: { fail, warn } }: DiagnoseReport, failOn: FailOn): ExitCode {
  return exitCodeOfFindings({ failures: fail, warnings: warn }, failOn);
}
