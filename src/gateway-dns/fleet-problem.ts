import { apiVersionOf, resources } from '../api/resources.ts';
import type { FleetProblem } from '../fleet/fleet-cluster.ts';
import type { EventReporter } from '../kube/event-reporter.ts';

/** Tells of a Secret or Cluster that is no cluster of the fleet, on that object. */
export function reportFleetProblem(events: Pick<EventReporter, 'tell'>, { object, reason, message }: FleetProblem): void {
  const { kind, ...metadata } = object;
  const resource = kind === 'Secret' ? resources.secrets : resources.capiClusters;
  events.tell('Warning', { apiVersion: apiVersionOf(resource), kind, metadata }, reason, message);
}
