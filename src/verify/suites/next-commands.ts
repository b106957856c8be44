import { kindOf } from './catalogue.ts';
import type { PlannedTest, VerifyCluster } from './planned-test.ts';

export interface NextOptions {
  readonly clusters: readonly VerifyCluster[];
  readonly namespace: string;
  /** The namespaces are left, so that what is in them can be looked at. */
  readonly kept: boolean;
}

/** What to type after a test has failed. */
export function nextCommands({ clusters: names, from, name, service }: PlannedTest, { clusters, kept, namespace }: NextOptions): readonly string[] {
  const contexts = clusters.filter((cluster) => names.includes(cluster.name)).map(({ context }) => context);
  const among = `--contexts ${contexts.join(',')}`;
  const caller = clusters.find((cluster) => cluster.name === from.cluster)?.context ?? from.cluster;
  const trace = service !== undefined && kept ? [`mcs trace ${namespace}/${service} --from ${caller}`] : [];
  return [...trace, kindOf(name).suite === 'service-discovery' ? `mcs diagnose service-discovery ${among}` : `mcs diagnose connections ${among}`];
}
