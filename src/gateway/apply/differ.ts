/** What to write so that a list holds what is wanted. */
export interface Difference<C, W> {
  /** Missing, or different under the same key. */
  readonly put: readonly W[];
  /** Under keys that are not wanted, or a second entry beside the wanted one. */
  readonly drop: readonly C[];
}

/** Compares two lists; of wanted entries under one key the first counts, so that a pass comes to an end. */
export function differ<W, C extends W>(current: readonly C[], wanted: readonly W[], keyOf: (item: W) => string, valueOf: (item: C | W) => string): Difference<C, W> {
  const goals = new Map<string, { readonly item: W; readonly value: string; stands: boolean }>();
  for (const item of wanted) {
    const key = keyOf(item);
    if (!goals.has(key)) goals.set(key, { item, value: valueOf(item), stands: false });
  }
  const others = current.flatMap((item) => {
    const goal = goals.get(keyOf(item));
    const isEqual = goal?.value === valueOf(item);
    if (goal !== undefined && isEqual) goal.stands = true;
    return isEqual ? [] : [{ item, goal }];
  });
  return {
    put: [...goals.values()].filter(({ stands }) => !stands).map(({ item }) => item),
    drop: others.filter(({ goal }) => goal === undefined || goal.stands).map(({ item }) => item),
  };
}
