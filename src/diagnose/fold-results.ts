import type { CheckOutcome, CheckResult } from './check.ts';

/** What becomes of a check that has no result in time. */
export const LATE: CheckOutcome = { status: 'fail', evidence: ['no result before the deadline of this cluster'], fix: ['mcs diagnose all --timeout 60s'] };

/** A result, and the cluster that it is of. */
export interface Located extends CheckResult {
  readonly cluster: string;
  /** Without it, what depends on it means nothing. */
  readonly blocks: boolean;
  /** It has none: the time of its cluster was over. */
  readonly isLate: boolean;
}

/** The same check about the same thing, wherever it is asked from. */
export const keyOf = (cluster: string, id: string, peer: string | undefined): string => JSON.stringify([cluster, id, peer]);

/** What a check becomes that another one explains: a skip under the name of what is at the root. */
export function foldUnder(cause: Located, cluster: string): CheckOutcome & Pick<CheckResult, 'causedBy' | 'causedIn'> {
  const causedBy = cause.causedBy ?? cause.id;
  const where = cause.causedIn ?? cause.cluster;
  const isElsewhere = where !== cluster;
  return { status: 'skip', evidence: [`caused by ${causedBy}${isElsewhere ? ` in ${where}` : ''}`], causedBy, ...(isElsewhere && { causedIn: where }) };
}

/** One slow API server makes many checks late: the first of them says so, for all. In the order of the list. */
export function foldLate(results: readonly Located[]): readonly Located[] {
  const [first, ...others] = results.filter(({ isLate }) => isLate);
  if (first === undefined || others.length === 0) return results;
  const told: Located = { ...first, evidence: [...first.evidence, `nor of ${[...new Set(others.map(({ id }) => id))].join(', ')}`] };
  return results.map((result) => {
    if (result === first) return told;
    if (!result.isLate) return result;
    const { fix: _fix, ...facts } = result;
    return { ...facts, ...foldUnder(first, result.cluster) };
  });
}

/** What explains checks that failed, and were folded under it. */
export function findExplainers(results: readonly Located[]): ReadonlySet<string> {
  return new Set(results.flatMap(({ blocks, causedBy, causedIn, cluster }) => (blocks && causedBy !== undefined ? [keyOf(causedIn ?? cluster, causedBy, undefined)] : [])));
}

/** A warning that explains a failure is one: that of what is folded under it counts no more. */
export function toResult({ blocks: _blocks, isLate: _isLate, cluster, ...result }: Located, explainers: ReadonlySet<string>): CheckResult {
  return result.status === 'warn' && explainers.has(keyOf(cluster, result.id, result.peer)) ? { ...result, status: 'fail' } : result;
}
