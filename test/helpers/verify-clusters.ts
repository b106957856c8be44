import type { VerifyCluster } from '../../src/verify/suites/planned-test.ts';

/** A member with a gateway and another node, unless it is said otherwise. */
export function verifyCluster(name: string, more: Partial<VerifyCluster> = {}): VerifyCluster {
  return { name, context: `${name}-context`, isMember: true, isSandbox: false, components: ['connectivity', 'service-discovery'], gateway: `${name}-a`, other: `${name}-b`, ...more };
}

/** A cluster of the same name without one of its nodes. */
export function without(cluster: VerifyCluster, node: 'gateway' | 'other'): VerifyCluster {
  const { [node]: _left, ...rest } = cluster;
  return rest;
}
