import type { TestName } from './catalogue.ts';
import { planConnectivity } from './plan-connectivity.ts';
import { planDiscovery } from './plan-discovery.ts';
import { planFailover } from './plan-failover.ts';
import type { PlannedTest, VerifyCluster } from './planned-test.ts';

/** All tests of a run, those that cannot be run with the reason. */
export function planTests(clusters: readonly VerifyCluster[], selected: ReadonlySet<TestName>, namespace: string): readonly PlannedTest[] {
  const pairs = clusters.flatMap((from) => clusters.filter((to) => to !== from).map((to) => ({ from, to })));
  return [...planConnectivity(pairs, namespace), ...planDiscovery(clusters, namespace), ...planFailover(clusters)].filter(({ name }) => selected.has(name));
}
