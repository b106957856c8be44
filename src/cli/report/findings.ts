import type { CheckResult } from '../../diagnose/check.ts';
import type { DiagnoseReport } from '../../diagnose/report.ts';

/** A failed check that no other explains, or a warning, with a place on the page. */
export interface Finding {
  readonly anchor: string;
  readonly cluster: string;
  readonly check: CheckResult;
}

/** A check that an explained failure has made meaningless, and where. */
export interface Dependent {
  readonly id: string;
  readonly title: string;
  /** Clusters, in pairs with the other one. */
  readonly where: readonly string[];
}

/** One broken network fails once for each pair of clusters: the rest of so many stands in the lists of the clusters. */
export const MAX_FINDINGS = 40;

interface Place {
  readonly cluster: string;
  readonly id: string;
  readonly peer?: string | undefined;
}

const keyOf = ({ cluster, id, peer = '' }: Place): string => JSON.stringify([cluster, id, peer]);

/** Failed checks that no other explains, in the order of the report. */
export function findFaults({ clusters, rootCauses }: DiagnoseReport): readonly Finding[] {
  // a warning can be a root cause too, and stands among the warnings
  const failed = new Map(clusters.flatMap(({ name, checks }) => checks.filter(({ status }) => status === 'fail').map((check) => [keyOf({ cluster: name, ...check }), check] as const)));
  return rootCauses.flatMap((cause, index) => {
    const check = failed.get(keyOf(cause));
    return check === undefined ? [] : [{ anchor: `fault-${index + 1}`, cluster: cause.cluster, check }];
  });
}

export function findWarnings({ clusters }: DiagnoseReport): readonly Finding[] {
  const all = clusters.flatMap(({ name, checks }) => checks.filter(({ status }) => status === 'warn').map((check) => ({ cluster: name, check })));
  return all.map((warning, index) => ({ anchor: `warning-${index + 1}`, ...warning }));
}

/** By `causeKey`: all that is folded under it. */
export type Dependents = ReadonlyMap<string, readonly Dependent[]>;

export function findDependents({ clusters }: DiagnoseReport): Dependents {
  const folded = clusters.flatMap(({ name, checks }) => checks.flatMap((check) => (check.causedBy === undefined ? [] : [{ name, check, cause: causeKey(check.causedIn ?? name, check.causedBy) }])));
  const byCause = Map.groupBy(folded, ({ cause }) => cause);
  return new Map([...byCause].map(([cause, all]) => [cause, [...Map.groupBy(all, ({ check }) => check.id)].map(([id, same]) => ({ id, title: same[0]?.check.title ?? '', where: [...new Set(same.map(({ name, check }) => (check.peer === undefined ? name : `${name}\u2013${check.peer}`)))] }))]));
}

export function countDependents(dependents: Dependents, { check, cluster }: Finding): number {
  return (dependents.get(causeKey(cluster, check.id)) ?? []).reduce((sum, { where }) => sum + where.length, 0);
}

/** A check that failed is named as a cause by its cluster and id; of a pair, all its failures in that cluster together. */
export const causeKey = (cluster: string, id: string): string => JSON.stringify([cluster, id]);

/** Where to read of a cause: the first of its failures that is shown. */
export function findAnchors(shown: readonly Finding[]): ReadonlyMap<string, string> {
  return new Map(shown.toReversed().map(({ anchor, cluster, check }) => [causeKey(cluster, check.id), anchor]));
}
