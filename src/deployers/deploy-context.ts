import type { Clock } from '../base/clock.ts';
import type { TaskRunner } from '../base/tasks.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { retryingClient } from '../kube/retrying-client.ts';
import type { TemplateSource } from './templates.ts';

/** What every deployer works with. */
export interface DeployContext {
  /** The cluster of the current context. */
  readonly client: KubeClient;
  readonly templates: TemplateSource;
  /** Version of this package; goes into labels and the default image. */
  readonly version: string;
  readonly runTasks: TaskRunner;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a deployer works with that also speaks with another cluster: the broker. */
export interface FleetContext extends DeployContext {
  /** Makes a client of a cluster that is not the one of the context. */
  readonly connect: (access: ClusterAccess) => KubeClient;
}

/** Another cluster of the command, with a client that asks again where its server is busy for a moment. */
export function patientPlace<T extends Pick<DeployContext, 'client'>>(place: T, clock: Clock): T {
  return { ...place, client: retryingClient(place.client, clock) };
}

/** The context with clients that ask again where a server is busy for a moment. */
export function withPatience<T extends Pick<DeployContext, 'client' | 'clock'>>(context: T): T {
  return patientPlace(context, context.clock);
}

/** The same for a context that also makes clients of other clusters. */
export function withPatientFleet<T extends FleetContext>(context: T): T {
  return { ...withPatience(context), connect: (access: ClusterAccess) => retryingClient(context.connect(access), context.clock) };
}

/** Field manager of every write of the deployers. */
export const FIELD_MANAGER = 'mcs-cli';

/** How far a command waits: for nothing, for what it wrote to be accepted, or for everything to run. */
export type WaitFor = 'none' | 'configured' | 'ready';
