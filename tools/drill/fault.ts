import type { JoinedClusters } from '../../bench/lib/joined-clusters.ts';
import type { KubeClient } from '../../src/kube/client.ts';

/** Two joined clusters that share the service shop/cart of the second one. */
export interface Scene {
  readonly clusters: JoinedClusters;
  /** Hosts the broker, and imports. */
  readonly near: KubeClient;
  /** Exports. */
  readonly far: KubeClient;
}

export const NEAR = 'cluster0';
export const FAR = 'cluster1';
export const NAMESPACE = 'shop';
export const SERVICE = 'cart';

/** What `mcs diagnose all` must name as a root cause. */
export interface Finding {
  readonly cluster: string;
  readonly id: string;
  readonly peer?: string;
}

/** Something that breaks, and what a person must be told of it. */
export interface Fault {
  readonly name: string;
  /** All root causes: nothing else may be named. */
  readonly expected: readonly [Finding, ...Finding[]];
  /** Whether it is a warning only. */
  readonly isWarning?: boolean;
  /** The faulty value, as evidence of the first finding must hold it. */
  readonly evidence: RegExp;
  /** Breaks it, and returns what mends it again. */
  inject(scene: Scene): Promise<() => Promise<unknown>>;
}
