import type { Distribution } from './distribution.ts';
import type { GatewayDNSFigures } from './metrics.ts';

/** Present state of a hub, for its metrics; of a standby, that it is one. */
export function figuresOf(distribution: Distribution | undefined, isLeader: boolean): GatewayDNSFigures {
  const names = distribution === undefined ? [] : [...distribution.book.names()];
  const { fleet, ledger } = distribution ?? {};
  return {
    isLeader,
    clusters: countBy(fleet?.clusters() ?? [], ({ key }) => fleet?.connection(key).state ?? ''),
    names: countBy(names, ({ content }) => content.kind),
    deliveries: countBy(names.flatMap((name) => ledger?.of(name) ?? []), ({ state }) => state),
    probed: distribution?.prober.size ?? 0,
    withheld: names.reduce((sum, { content }) => sum + (content.kind === 'records' ? content.withheld.length : 0), 0),
  };
}

function countBy<T>(items: readonly T[], label: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(label(item), (counts.get(label(item)) ?? 0) + 1);
  return counts;
}
