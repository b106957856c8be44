import type { Looked } from '../../base/looked.ts';
import type { ServicePlace, ServiceView } from '../../inspect/service/service-view.ts';
import type { ReachResult } from '../../probe/reach.ts';
import type { CheckOutcome } from '../check.ts';

/** What one pod of our name server answers for the service. */
export interface ServerAnswer {
  readonly pod: string;
  readonly type: 'A' | 'AAAA';
  readonly rcode: number;
  readonly addresses: readonly string[];
  /** Why there is no answer at all. */
  readonly error?: string;
}

/** What is found out in a cluster that calls, beyond its objects. Missing while nobody has looked. */
export interface CallerFacts {
  /** Answers of the running pods of our name server. */
  readonly answers?: Looked<readonly ServerAnswer[]>;
  /** How the cluster's own DNS leads to it. */
  readonly wiring?: CheckOutcome;
  /** Running DNS pods have yet to load it. */
  readonly isLoading?: boolean;
  /** What a pod in the service's namespace got. */
  readonly reach?: Looked<ReachResult>;
}

/** All that the judgement of one path goes by. */
export interface PathFacts {
  readonly view: ServiceView;
  readonly from: ServicePlace;
  /** Cluster id of the exporter, and what it has; undefined where that cluster was not read. */
  readonly to: string;
  readonly source: ServicePlace | undefined;
  readonly caller: CallerFacts;
  /** Of this machine, ms since the epoch. */
  readonly now: number;
}

export const keyOf = ({ view }: Pick<PathFacts, 'view'>): string => `${view.namespace}/${view.name}`;
export const kubectl = ({ context }: Pick<ServicePlace, 'context'>): string => `kubectl --context ${context}`;

/** The log that tells why a controller has not done its part. */
export const controllerLog = (place: Pick<ServicePlace, 'context'>): string => `${kubectl(place)} -n submariner-operator logs deployment/mcs-controller`;

/** Who copies what in a cluster. */
export const controllerOf = (cluster: string): string => `the controller of "${cluster}" (Deployment submariner-operator/mcs-controller)`;

/** A fact about a controller that does not run: the reason for most of what is missing. */
export function idleController(place: Pick<ServicePlace, 'cluster' | 'workloads'> | undefined): readonly string[] {
  const controller = place?.workloads.find(({ component }) => component === 'controller');
  if (place === undefined || (controller !== undefined && controller.ready > 0)) return [];
  return [controller === undefined ? `there is no controller in "${place.cluster}"` : `the controller of "${place.cluster}" does not run: ${controller.ready} of ${controller.wanted} ready`];
}
