import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import { nameOf } from '../../inspect/survey-fleet.ts';
import type { TargetAnswer } from '../../probe/reach.ts';
import { describeCallError } from '../call-errors.ts';
import { type CheckOutcome, fail, firstLines, pass, skip, warn } from '../check.ts';
import { type ClusterCheck, type ClusterPairCheck, type DiagnoseContext, kubectlFor, memberOf, subjectNameOf } from '../context.ts';
import { findPolicies } from '../network-policies.ts';
import type { AskedCall, Sample } from '../probes/pod-probe.ts';
import { judgePodProbe, type PodProbe } from '../probes/run-pod-probe.ts';

/** Calls that are told; the rest is counted. */
const SHOWN = 5;
const REFUSED = 'ECONNREFUSED';

/** A call, and what became of it. */
export interface Call extends AskedCall {
  readonly answer: TargetAnswer;
}

/** What the pod tried of a sample. */
export function callsOf({ tried }: Sample<AskedCall>, { result }: Pick<PodProbe, 'result'>): readonly Call[] {
  const answers = new Map((result.reach?.targets ?? []).map((answer) => [`${answer.host} ${answer.port}`, answer]));
  return tried.flatMap((call) => {
    const answer = answers.get(`${call.host} ${call.port}`);
    return answer === undefined ? [] : [{ ...call, answer }];
  });
}

const hasFailed = ({ answer: { error } }: Call): boolean => error !== undefined;
const isLost = ({ answer: { error } }: Call): boolean => error !== undefined && error !== REFUSED;
const describe = ({ answer: { error = '' }, cluster, host, port, service }: Call): string => `${host} port ${port} of ${service}${cluster === undefined ? '' : ` in "${cluster}"`}: ${describeCallError(error)}`;

const listCalls = (calls: readonly Call[]): readonly string[] => firstLines(calls.map(describe), SHOWN);

const untested = ({ otherPorts }: PodProbe['plan']): readonly string[] => (otherPorts === 0 ? [] : [`${otherPorts} ports of UDP or SCTP are not tested`]);

function describeTimes(calls: readonly Call[], of: number): string {
  const times = calls.map(({ answer }) => answer.milliseconds);
  return `${calls.length} of ${of} tried, ${Math.min(...times)} to ${Math.max(...times)} ms`;
}

export interface CallView {
  readonly own: string;
  readonly context: string;
  /** Context of the other cluster, and the name under which its checks run; undefined where it was not read. */
  readonly peer: { readonly context: string; readonly name: string } | undefined;
  /** Policies that isolate the endpoints that do not answer. */
  readonly policies: readonly string[];
}

/** Whether a pod here reaches endpoints of the services that another cluster exports; `calls` are those that stand. */
export function judgeEndpointCalls(probe: PodProbe, calls: readonly Call[], peer: string, view: CallView): CheckOutcome {
  if (calls.length === 0) return skip(`none of the endpoints of "${peer}" was tried: ${probe.plan.endpoints.of === 0 ? 'there is none with a TCP port' : 'they are not in the sample, or have gone'}`, ...untested(probe.plan));
  const lost = calls.filter(isLost);
  const refused = calls.filter((call) => hasFailed(call) && !isLost(call));
  const [first] = lost;
  if (first !== undefined) {
    const policies = view.policies.map((key) => `NetworkPolicy ${key} in "${peer}" isolates an endpoint that does not answer`);
    const describePolicies = view.policies.map((key) => `kubectl --context ${view.peer?.context ?? `<${peer}>`} -n ${key.replace('/', ' describe networkpolicy ')}`);
    const outcome = fail([`${lost.length} of ${calls.length} connections from a pod in "${view.own}" get no answer`, ...listCalls(lost), ...policies], [...describePolicies, `mcs trace ${first.service} --from ${view.context}`, 'mcs show connections']);
    return view.peer === undefined || policies.length === 0 ? outcome : { ...outcome, suspects: [{ cluster: view.peer.name, ids: ['MCS-NP-01'] }] };
  }
  if (refused.length > 0) return warn([`${refused.length} of ${calls.length} connections are refused: packets arrive, but the application does not listen`, ...listCalls(refused)], [...new Set(refused.map(({ service }) => `mcs trace ${service} --from ${view.context}`))].slice(0, SHOWN));
  return pass(describeTimes(calls, probe.plan.endpoints.of), ...untested(probe.plan));
}

/** Whether the clusterset IPs lead to endpoints: one that fails is at fault where endpoints behind it answer, and none is known to fail. */
export function judgeVipCalls(probe: PodProbe, kubectl: string, context: string): CheckOutcome {
  const { endpoints, vips } = probe.plan;
  const calls = callsOf(vips, probe);
  const [bad, good] = [new Set<string>(), new Set<string>()];
  for (const call of callsOf(endpoints, probe)) (hasFailed(call) ? bad : good).add(call.service);
  const judged = calls.filter((call) => !hasFailed(call) || (good.has(call.service) && !bad.has(call.service)));
  if (judged.length === 0) return skip(`no clusterset IP was tried: ${vips.of === 0 ? 'there is none with a TCP port' : 'no endpoint behind them is known to answer'}`, ...untested(probe.plan));
  const failed = judged.filter(hasFailed);
  if (failed.length === 0) return pass(describeTimes(judged, vips.of), ...untested(probe.plan));
  const evidence = [`${failed.length} of ${judged.length} connections from a pod fail`, ...listCalls(failed), 'endpoints behind them answer: kube-proxy, or what stands in for it, does not lead there'];
  return fail(evidence, [`${kubectl} -n kube-system get pods -l k8s-app=kube-proxy -o wide`, `mcs trace ${failed[0]?.service ?? ''} --from ${context}`]);
}

const namespaceOf = ({ service }: AskedCall): string => service.split('/')[0] ?? '';

/** Without the endpoints that have gone, or are not ready any more, since they were listed. */
async function stillThere(calls: readonly Call[], { cluster }: DiagnoseContext, peer: string, signal: AbortSignal): Promise<readonly Call[]> {
  const namespaces = [...new Set(calls.filter(hasFailed).map(namespaceOf))];
  const lists = await mapConcurrently(namespaces, 8, (namespace) => cluster.client.list(resources.endpointSlices, { namespace, labelSelector: `${MCS_SERVICE_NAME},${MCS_SOURCE_CLUSTER}=${peer}`, signal }));
  const ready = new Set(lists.flatMap(({ items }) => items).flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses)));
  return calls.filter((call) => !hasFailed(call) || ready.has(call.host));
}

/** Policies in the other cluster that isolate the pods behind the first few endpoints that do not answer. */
async function findPeerPolicies(lost: readonly Call[], peer: DiagnoseContext['cluster'] | undefined, signal: AbortSignal): Promise<readonly string[]> {
  if (peer === undefined) return [];
  const byNamespace = [...Map.groupBy(lost.slice(0, SHOWN), namespaceOf)];
  const found = await mapConcurrently(byNamespace, 4, async ([namespace, calls]) => {
    const { items } = await peer.client.list(resources.pods, { namespace, signal }).catch(() => ({ items: [] })); // it is evidence, and no more
    const called = items.filter(({ status }) => calls.some(({ host }) => host === status?.podIP));
    return called.length === 0 ? [] : findPolicies(peer.client, namespace, called.map(({ metadata }) => metadata.labels ?? {}), 'Ingress', signal);
  });
  return found.flat();
}

async function judgePeer(probe: PodProbe, context: DiagnoseContext, peer: string, signal: AbortSignal): Promise<CheckOutcome> {
  const calls = await stillThere(callsOf(probe.plan.endpoints, probe).filter(({ cluster }) => cluster === peer), context, peer, signal);
  const other = context.fleet.clusters.find((cluster) => nameOf(cluster) === peer);
  const policies = await findPeerPolicies(calls.filter(isLost), other, signal);
  return judgeEndpointCalls(probe, calls, peer, { own: nameOf(context.cluster), context: context.cluster.context, peer: other && { context: other.context, name: subjectNameOf(other, context.fleet) }, policies });
}

/** Other clusters that have ready endpoints here. */
function calledClusters({ cluster }: Pick<DiagnoseContext, 'cluster'>): readonly string[] {
  const { config, readyEndpoints } = memberOf({ cluster });
  const sources = [...readyEndpoints.values()].flatMap((counts) => Object.entries(counts).flatMap(([source, ready]) => (ready > 0 ? [source] : [])));
  return [...new Set(sources)].filter((source) => source !== '' && source !== config.clusterID).toSorted();
}

export const serviceCallChecks: readonly (ClusterCheck | ClusterPairCheck)[] = [
  {
    id: 'MCS-SD-10',
    title: 'Endpoints of the other cluster answer a pod',
    topic: 'service-discovery',
    scope: 'pair',
    needs: ['MCS-DEP-08', 'MCS-NET-04', 'MCS-NET-07', 'MCS-NET-08', 'MCS-NET-12'],
    peerNeeds: ['MCS-API-01', 'MCS-NET-04', 'MCS-NET-07', 'MCS-NET-12'],
    peersOf: calledClusters,
    run: (context, signal, peer) => judgePodProbe(context, signal, (probe) => judgePeer(probe, context, peer, signal)),
  },
  {
    id: 'MCS-SD-11',
    title: 'Clusterset IPs answer a pod',
    topic: 'service-discovery',
    needs: ['MCS-DEP-08', 'MCS-SD-08', 'MCS-SD-10'],
    run: (context, signal) => judgePodProbe(context, signal, (probe) => judgeVipCalls(probe, kubectlFor(context), context.cluster.context)),
  },
];
