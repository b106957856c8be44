import { type Clock, systemClock } from '../base/clock.ts';
import type { Looked } from '../base/looked.ts';
import { type Fleet, type FleetMember, nameOf, type UnreadCluster } from '../inspect/survey-fleet.ts';
import { fail, pass, skip } from './check.ts';
import { clockChecks, versionChecks } from './checks/agreement.ts';
import { brokerPathChecks } from './checks/broker-path.ts';
import { cidrChecks } from './checks/cidrs.ts';
import { brokerDeploymentChecks, CONTROLLER_CHECK, hasMemberParts, memberDeploymentChecks, podChecks } from './checks/deployment.ts';
import { derivedServiceChecks } from './checks/derived-services.ts';
import { dnsChecks } from './checks/dns.ts';
import { duplicateIDChecks } from './checks/duplicate-ids.ts';
import { connectionChecks } from './checks/gateways.ts';
import { policyChecks } from './checks/ingress-policies.ts';
import { k8sVersionChecks } from './checks/k8s-version.ts';
import { networkChecks } from './checks/network.ts';
import { orphanChecks } from './checks/orphans.ts';
import { fallthroughChecks } from './checks/fallthrough.ts';
import { podAnswerChecks } from './checks/pod-answers.ts';
import { podNetworkChecks } from './checks/pod-network.ts';
import { rejectionChecks } from './checks/rejections.ts';
import { serviceCallChecks } from './checks/service-calls.ts';
import { serviceDiscoveryChecks } from './checks/service-discovery.ts';
import { silenceChecks } from './checks/silent-members.ts';
import { staleCopyChecks } from './checks/stale-copies.ts';
import { type ClusterCheck, type ClusterPairCheck, type DiagnoseContext, subjectNameOf } from './context.ts';
import type { PodSettings } from './probes/pod-settings.ts';
import { ReadOnce } from './read-once.ts';
import { type ClusterReport, type DiagnoseReport, makeReport } from './report.ts';
import { runChecks, type Subject } from './run-checks.ts';
import { parseSuppression, type Selection, selectChecks, suppress } from './select-checks.ts';

export interface DiagnoseOptions extends Selection {
  /** Findings that are known, as `MCS-NET-02=west` or, for all clusters, `MCS-NET-02`. */
  readonly suppress?: readonly string[];
  readonly signal: AbortSignal;
  /** Time for all checks of one cluster, ms. */
  readonly deadlineMs: number;
  readonly clock?: Clock;
  /** How to run pods; without it, or with the reason why not, what takes a pod is left out. */
  readonly pods?: Looked<PodSettings>;
}

export type DiagnoseCheck = ClusterCheck | ClusterPairCheck;

const API_CHECK: ClusterCheck = {
  id: 'MCS-API-01',
  title: 'The API server answers',
  topic: 'k8s-version',
  needs: [],
  run: ({ cluster }) => Promise.resolve(pass(`Kubernetes ${cluster.state.kubernetesVersion}`)),
};

/** All checks, in the order in which they are shown. A check's needs stand before it. */
export const ALL_CHECKS: readonly DiagnoseCheck[] = [API_CHECK, ...k8sVersionChecks, ...memberDeploymentChecks, ...duplicateIDChecks, ...podNetworkChecks, ...brokerPathChecks, ...brokerDeploymentChecks, ...podChecks, ...clockChecks, ...silenceChecks, ...versionChecks, ...cidrChecks, ...networkChecks, ...connectionChecks, ...policyChecks, ...derivedServiceChecks, ...staleCopyChecks, ...orphanChecks, ...serviceDiscoveryChecks, ...rejectionChecks, ...serviceCallChecks, ...dnsChecks, ...podAnswerChecks, ...fallthroughChecks];

const MEMBER_ONLY: ReadonlySet<DiagnoseCheck> = new Set<DiagnoseCheck>([...memberDeploymentChecks, ...duplicateIDChecks, ...podNetworkChecks, ...brokerPathChecks, ...cidrChecks, ...policyChecks, ...derivedServiceChecks, ...staleCopyChecks, ...serviceDiscoveryChecks, ...rejectionChecks, ...serviceCallChecks, ...dnsChecks, ...podAnswerChecks, ...fallthroughChecks]);
const BROKER_ONLY: ReadonlySet<DiagnoseCheck> = new Set<DiagnoseCheck>([...brokerDeploymentChecks, ...clockChecks, ...silenceChecks]);
const CONNECTED_ONLY: ReadonlySet<DiagnoseCheck> = new Set<DiagnoseCheck>([...networkChecks, ...connectionChecks]);

/** Whether a check means something for a cluster: member, broker, or both. */
export function appliesTo(check: DiagnoseCheck, { state }: Pick<FleetMember, 'state'>): boolean {
  if (check.id === CONTROLLER_CHECK && state.member === undefined) return hasMemberParts(state);
  if (MEMBER_ONLY.has(check)) return state.member !== undefined;
  if (CONNECTED_ONLY.has(check)) return state.member?.config.components.includes('connectivity') === true;
  return !BROKER_ONLY.has(check) || state.broker !== undefined;
}

/** Checks every cluster of a fleet in parallel. A cluster that could not be read is a failed check. Throws MCS_USAGE for a selection of nothing. */
export async function diagnose(fleet: Fleet, options: DiagnoseOptions): Promise<DiagnoseReport> {
  const { signal, deadlineMs, clock = systemClock } = options;
  const pods = limitPods(options);
  const suppressions = (options.suppress ?? []).map((text) => parseSuppression(text, ALL_CHECKS));
  const selected = selectChecks(ALL_CHECKS, options);
  const fleetReadings = new ReadOnce();
  const read = fleet.clusters.map((cluster): Subject<DiagnoseContext> => {
    const context = { cluster, fleet, clock, readings: new ReadOnce(), fleetReadings, pods };
    return { name: subjectNameOf(cluster, fleet), id: nameOf(cluster), context, checks: selected.run.filter((check) => appliesTo(check, cluster)) };
  });
  const unread = fleet.unread.map(reportUnread);
  const results = await runChecks(read, { signal, deadlineMs, clock, known: new Map(unread.map(({ name, checks }) => [name, checks])) }).finally(() => Promise.all([fleetReadings, ...read.map(({ context }) => context.readings)].map((readings) => readings.ended())));
  const reports = read.map(({ name, context: { cluster } }): ClusterReport => {
    const id = cluster.state.member?.config.clusterID;
    return { context: cluster.context, name, ...(id !== undefined && { clusterID: id }), checks: results.get(name) ?? [] };
  });
  const clusters = [...reports, ...unread].map((report) => ({ ...report, checks: report.checks.filter((result) => selected.isShown(result)).map((result) => suppress(result, report.name, suppressions)) }));
  return makeReport(clusters, fleet.leftOut);
}

/** Pods that are late are left out before the checks that wait for them are late themselves, with time to be removed. */
function limitPods({ deadlineMs, pods = { reason: 'none were asked for' } }: Pick<DiagnoseOptions, 'deadlineMs' | 'pods'>): Looked<PodSettings> {
  return 'reason' in pods ? pods : { found: { ...pods.found, enough: AbortSignal.timeout(Math.floor(deadlineMs * 0.85)) } };
}

/** All that can be said of a cluster that does not answer. */
export function reportUnread({ context, error }: UnreadCluster): ClusterReport {
  const { id, title, topic } = API_CHECK;
  const outcome = error.code === 'MCS_NOT_IN_ARCHIVE' ? skip(error.message) : fail([error.message], error.hints);
  return { context, name: context, checks: [{ id, title, topic, ...outcome, durationMs: 0 }] };
}
