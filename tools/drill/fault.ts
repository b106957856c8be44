import type { KubeClient } from '../../src/kube/client.ts';
import type { Dice } from './dice.ts';

/** Names of one run: two joined clusters, of which the second shares a service with the first. */
export interface Setting {
  readonly dice: Dice;
  /** Hosts the broker, and imports. */
  readonly near: string;
  /** Exports. */
  readonly far: string;
  readonly namespace: string;
  readonly service: string;
}

/** What a fault may change. */
export interface Scene {
  client(cluster: string): KubeClient;
  /** Kubeconfig file of the drill's own, which `mcs diagnose` reads. */
  readonly kubeconfig: string;
}

/** What `mcs diagnose all` must name as a root cause. */
export interface Finding {
  readonly cluster: string;
  readonly id: string;
  readonly peer?: string;
  /** A warning, which counts under `--fail-on warning` only. */
  readonly isWarning?: boolean;
  /** The faulty value, as the evidence must hold it. */
  readonly evidence: string;
}

export type Mend = () => Promise<unknown>;

/** Something that breaks, and what a person must be told of it. */
export interface Fault {
  readonly name: string;
  /** All root causes: nothing else may be named. */
  readonly expected: readonly [Finding, ...Finding[]];
  /** Only pods of our own see it. */
  readonly needsPods?: boolean;
  /** Breaks it, and returns what mends it again. */
  inject(scene: Scene): Promise<Mend>;
}

/** Faults of one kind, with the names and numbers of a run. */
export type MakeFaults = (setting: Setting) => readonly Fault[];
