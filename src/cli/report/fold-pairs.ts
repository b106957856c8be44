import type { CheckResult } from '../../diagnose/check.ts';

/** A result, and the other clusters that it is about where it is of pairs. */
export interface FoldedResult {
  readonly check: CheckResult;
  readonly peers: readonly string[];
}

/** Failures of one check that each have a row; a network that is down has one for each of its pairs. */
const SINGLE = 8;

const isFinding = ({ status }: CheckResult): boolean => status === 'fail' || status === 'warn';

/** Pairs that say the same share a row, so that a set of 200 clusters does not have 199 for each check; what failed has rows of its own as far as they can be read. */
export function foldPairs(checks: readonly CheckResult[]): readonly FoldedResult[] {
  const groups = [...Map.groupBy(checks, (check) => JSON.stringify([check.id, check.status, check.causedBy, check.causedIn, check.peer === undefined])).values()];
  return groups.flatMap((group) => {
    const single = group.filter((check, index) => check.peer === undefined || (isFinding(check) && index < SINGLE));
    const rest = group.slice(single.length);
    return [...single.map((check) => ({ check, peers: check.peer === undefined ? [] : [check.peer] })), ...rest.slice(0, 1).map((check) => ({ check, peers: rest.flatMap(({ peer }) => peer ?? []) }))];
  });
}
