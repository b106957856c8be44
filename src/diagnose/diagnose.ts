import { type Clock, systemClock } from '../base/clock.ts';
import { type Fleet, type FleetMember, nameOf, type UnreadCluster } from '../inspect/survey-fleet.ts';
import type { CheckResult, Topic } from './check.ts';
import { clockChecks, versionChecks } from './checks/agreement.ts';
import { cidrChecks } from './checks/cidrs.ts';
import { connectionChecks } from './checks/gateways.ts';
import { brokerDeploymentChecks, memberDeploymentChecks, podChecks } from './checks/deployment.ts';
import { dnsChecks } from './checks/dns.ts';
import { k8sVersionChecks } from './checks/k8s-version.ts';
import { rejectionChecks } from './checks/rejections.ts';
import { serviceDiscoveryChecks } from './checks/service-discovery.ts';
import type { ClusterCheck } from './context.ts';
import { type ClusterReport, type DiagnoseReport, makeReport } from './report.ts';
import { runChecks } from './run-checks.ts';

export interface DiagnoseOptions {
  /** Topics to check; all by default. */
  readonly topics?: readonly Topic[];
  readonly signal: AbortSignal;
  /** Time for all checks of one cluster, ms. */
  readonly deadlineMs: number;
  readonly clock?: Clock;
}

/** All checks, in the order in which they are shown. */
export const ALL_CHECKS: readonly ClusterCheck[] = [...k8sVersionChecks, ...memberDeploymentChecks, ...brokerDeploymentChecks, ...podChecks, ...clockChecks, ...versionChecks, ...cidrChecks, ...connectionChecks, ...serviceDiscoveryChecks, ...rejectionChecks, ...dnsChecks];

/** The checks that mean something for a cluster: member, broker, or both. */
export function selectChecks({ state }: FleetMember, topics?: readonly Topic[]): readonly ClusterCheck[] {
  const memberOnly = new Set<ClusterCheck>([...memberDeploymentChecks, ...cidrChecks, ...serviceDiscoveryChecks, ...rejectionChecks, ...dnsChecks]);
  const brokerOnly = new Set<ClusterCheck>([...brokerDeploymentChecks, ...clockChecks]);
  const connectedOnly = new Set<ClusterCheck>(connectionChecks);
  return ALL_CHECKS.filter((check) => {
    if (topics !== undefined && !topics.includes(check.topic)) return false;
    if (memberOnly.has(check)) return state.member !== undefined;
    if (connectedOnly.has(check)) return state.member?.config.components.includes('connectivity') === true;
    return !brokerOnly.has(check) || state.broker !== undefined;
  });
}

/** Checks every cluster of a fleet in parallel. A cluster that could not be read is a failed check. */
export async function diagnose(fleet: Fleet, options: DiagnoseOptions): Promise<DiagnoseReport> {
  const { signal, deadlineMs, topics, clock = systemClock } = options;
  const checked = fleet.clusters.map(async (cluster): Promise<ClusterReport> => {
    const checks = await runChecks(selectChecks(cluster, topics), { cluster, fleet, clock }, { signal, deadlineMs, clock });
    const id = cluster.state.member?.config.clusterID;
    return { context: cluster.context, name: nameOf(cluster), ...(id !== undefined && { clusterID: id }), checks };
  });
  return makeReport([...(await Promise.all(checked)), ...fleet.unread.map(reportUnread)], fleet.leftOut);
}

function reportUnread({ context, error }: UnreadCluster): ClusterReport {
  const check: CheckResult = { id: 'MCS-API-01', title: 'The API server answers', topic: 'k8s-version', status: 'fail', evidence: [error.message], fix: error.hints, durationMs: 0 };
  return { context, name: context, checks: [check] };
}
