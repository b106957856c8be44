import type { Condition } from './types/index.ts';

/** A condition without its time, which is known only beside the standing one. */
export type WantedCondition = Omit<Condition, 'lastTransitionTime'>;

/** Longest message that the API takes. */
const MAX_MESSAGE = 32_768;

/** Wanted conditions with their times: that of the standing one while the status is the same. */
export function stampConditions(wanted: readonly WantedCondition[], standing: readonly Condition[] = [], now: () => number): Condition[] {
  return wanted.map((condition) => {
    const found = standing.find(({ type }) => type === condition.type);
    const isKept = found !== undefined && found.status === condition.status;
    const lastTransitionTime = isKept ? found.lastTransitionTime : new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');
    return { ...condition, message: condition.message.slice(0, MAX_MESSAGE), lastTransitionTime };
  });
}

/**
 * Whether the standing conditions say the same, and none that `mcs` writes is left over.
 * `ownTypes` are all the types that it ever writes to this kind.
 */
export function sameConditions(wanted: readonly Condition[], standing: readonly Condition[] = [], ownTypes: readonly string[]): boolean {
  const own = standing.filter(({ type }) => ownTypes.includes(type));
  if (own.length !== wanted.length) return false;
  return wanted.every((condition) => {
    const found = own.find(({ type }) => type === condition.type);
    return (
      found !== undefined &&
      found.status === condition.status &&
      found.reason === condition.reason &&
      found.message === condition.message &&
      found.observedGeneration === condition.observedGeneration
    );
  });
}
