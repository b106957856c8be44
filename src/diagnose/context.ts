import type { Clock } from '../base/clock.ts';
import type { Looked } from '../base/looked.ts';
import type { MemberState } from '../inspect/cluster-state.ts';
import { type Fleet, type FleetMember, nameOf } from '../inspect/survey-fleet.ts';
import type { PairCheck, SingleCheck } from './check.ts';
import type { PodSettings } from './probes/pod-settings.ts';
import type { ReadOnce } from './read-once.ts';

/** What a check may look at: its own cluster, read once for all checks, and the rest of the fleet. */
export interface DiagnoseContext {
  readonly cluster: FleetMember;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** What the checks of this cluster share. */
  readonly readings: ReadOnce;
  /** What the checks of all clusters share. */
  readonly fleetReadings: ReadOnce;
  /** How to run pods, or why none may be run: then what takes one is left out, and said to be. */
  readonly pods: Looked<PodSettings>;
}

export type ClusterCheck = SingleCheck<DiagnoseContext>;
export type ClusterPairCheck = PairCheck<DiagnoseContext>;

/** The member that a check of members looks at; such checks are left out for other clusters. */
export function memberOf({ cluster }: Pick<DiagnoseContext, 'cluster'>): MemberState {
  if (cluster.state.member === undefined) throw new Error('the cluster is no member');
  return cluster.state.member;
}

/** `kubectl --context west` for the commands that a check proposes. */
export function kubectlFor({ cluster }: DiagnoseContext): string {
  return `kubectl --context ${cluster.context}`;
}

/** Under which name the checks of a cluster run: two of one id are told apart by their contexts. */
export function subjectNameOf(cluster: FleetMember, { clusters }: Pick<Fleet, 'clusters'>): string {
  const name = nameOf(cluster);
  return clusters.some((other) => other !== cluster && nameOf(other) === name) ? cluster.context : name;
}
