import { cidrContains, parseCidr } from '../../api/cidr.ts';
import { LOOPBACK_BACKEND } from '../../api/data-plane.ts';
import { readHostProblems } from '../../api/host-problems.ts';
import { GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../api/names.ts';
import type { Condition, Gateway, Node, RouteAgent } from '../../api/types/index.ts';
import { gatewayNodes, isReadyNode } from '../../discovery/gateway-nodes.ts';
import { type Carrier, carriersIn } from '../../inspect/data-plane.ts';
import { judgeCredential } from '../../inspect/describe-credential.ts';
import { nameOf } from '../../inspect/survey-fleet.ts';
import { type CheckOutcome, count, fail, pass, skip, warn } from '../check.ts';
import { readNodes } from '../cluster-readings.ts';
import { type ClusterCheck, type ClusterPairCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';
import { withLastWords } from '../last-words.ts';
import { brokerSuspects } from './broker-path.ts';
import { carrierOf, connectionPeers, judgeConnection, judgePaths, pathPeers } from './connections.ts';
import { judgeWorkload } from './deployment.ts';
import { firewallChecks, tunnelChecks } from './paths.ts';

/** Whether some node may be a gateway, and is fit for it. */
export function judgeGatewayNodes(nodes: readonly Node[], context: string): CheckOutcome {
  const names = gatewayNodes(nodes);
  const label = `mcs gateway label <node> --context ${context}`;
  if (names.length === 0) return fail(['no node has the label submariner.io/gateway=true, so nothing connects this cluster'], [label]);
  const ready = new Set(nodes.filter(isReadyNode).map(({ metadata }) => metadata.name));
  const lost = names.filter((name) => !ready.has(name));
  const fix = [...lost.map((name) => `kubectl --context ${context} describe node ${name}`), label];
  if (lost.length === names.length) return fail([`no gateway node is ready: ${lost.join(', ')}`], fix);
  return lost.length > 0 ? warn([`gateway nodes that are not ready: ${lost.join(', ')}`], fix) : pass(names.join(', '));
}

/** The agent runs on all nodes: each of them has routes of its own. */
export function judgeAgent(context: DiagnoseContext): CheckOutcome {
  const workload = context.cluster.state.workloads.find(({ name }) => name === GATEWAY_AGENT);
  if (workload === undefined) return fail(['the gateway agent is not installed'], [`mcs upgrade --context ${context.cluster.context}`]);
  const outcome = judgeWorkload(context, workload);
  return outcome.status === 'pass' ? outcome : fail(outcome.evidence, outcome.fix);
}

function silenceOf({ gateway: { metadata }, silence }: Carrier): string {
  const others = silence?.reached.size ?? 0;
  const effect = others > 0 ? `it still forwards to ${count(others, 'cluster')}, but no other gateway takes over` : 'its node may be gone, and no other gateway takes over';
  return `the gateway agent of ${metadata.name} has not reported for ${silence?.seconds ?? 0} s: ${effect}`;
}

function failureOf({ metadata, status }: Gateway | RouteAgent): string[] {
  const failure = status?.statusFailure ?? '';
  return failure === '' ? [] : [`${metadata.name}: ${failure}`];
}

function hasGoodCredential(context: DiagnoseContext): boolean {
  const { credential } = memberOf(context);
  return credential === undefined || ['valid', 'overdue'].includes(judgeCredential(credential, context.clock.now()));
}

/** Whether one of the gateways carries the tunnels, and what it says of itself. */
export function judgeActive(context: DiagnoseContext): CheckOutcome {
  const { dataPlane = { gateways: [], endpoints: [], routeAgents: [] }, config } = memberOf(context);
  const { gateways } = dataPlane;
  const logs = `${kubectlFor(context)} -n ${MEMBER_NAMESPACE} logs daemonset/${GATEWAY_AGENT}`;
  const carriers = carriersIn(config.clusterID, dataPlane);
  const active = carriers.map(({ gateway }) => gateway);
  if (active.length === 0) return fail([`none of ${count(gateways.length, 'gateway')} is active`], [logs, 'mcs show gateways']);
  // of a credential that has ended, what the gateways say is a consequence, and another check tells of the cause
  const failures = hasGoodCredential(context) ? active.flatMap(failureOf) : [];
  const silent = carriers.flatMap((carrier) => (carrier.silence === undefined ? [] : [silenceOf(carrier)]));
  if (silent.length > 0) return fail(silent, [...active.map(({ metadata }) => `${kubectlFor(context)} describe node ${metadata.name}`), logs, `mcs gateway label <another node> --context ${context.cluster.context}`]);
  if (failures.length > 0) return { ...fail(failures, [logs]), suspects: brokerSuspects(context) };
  return active.length === 1 ? pass(`${active[0]?.metadata.name ?? ''} of ${count(gateways.length, 'gateway')}`) : warn([`several call themselves active: ${active.map(({ metadata }) => metadata.name).join(', ')}`], [logs]);
}

interface NodeFault {
  readonly evidence: string;
  readonly fix: string;
}

/** The agent that finds something missing on its node knows the cure as well. */
function faultsOf({ metadata: { name } }: RouteAgent, { reason, message }: Condition, context: DiagnoseContext): readonly NodeFault[] {
  const problems = readHostProblems(message);
  if (problems.length > 0) return problems.map((problem) => ({ evidence: `${name}: ${problem.reason}: ${problem.message}`, fix: `On node ${name}: ${problem.fix}` }));
  const fix = reason === 'WireguardKeyInvalid' ? `mcs gateway rotate-key --context ${context.cluster.context}` : `${kubectlFor(context)} -n ${MEMBER_NAMESPACE} describe routeagents.submariner.io ${name}`;
  return [{ evidence: `${name}: ${reason}: ${message}`, fix }];
}

/** Conditions in which the agents on the nodes say what they lack. */
export function judgeHosts(context: DiagnoseContext): CheckOutcome {
  const agents = memberOf(context).dataPlane?.routeAgents ?? [];
  if (agents.length === 0) return skip('no agent has reported on its node yet');
  const faults = agents.flatMap((agent) => (agent.status?.conditions ?? []).filter(({ status }) => status === 'False').flatMap((condition) => faultsOf(agent, condition, context)));
  // what stops a gateway is told with the gateway, and so is that there is none
  const gateways = new Set(memberOf(context).dataPlane?.gateways.map(({ metadata }) => metadata.name));
  const failures = carrierOf(context.cluster) === undefined ? [] : agents.filter(({ metadata }) => !gateways.has(metadata.name)).flatMap(failureOf);
  if (faults.length === 0 && failures.length === 0) return pass(count(agents.length, 'node'));
  return fail([...faults.map(({ evidence }) => evidence), ...failures], [...new Set(faults.map(({ fix }) => fix))]);
}

/** All members of a set need the same driver: two ends of different ones never meet. */
export function judgeDrivers(context: Pick<DiagnoseContext, 'cluster' | 'fleet'>): CheckOutcome {
  const { dataPlane, config } = memberOf(context);
  const own = dataPlane?.endpoints.find(({ spec }) => spec.cluster_id === config.clusterID)?.spec.backend ?? config.settings.cableDriver ?? '';
  const others = (dataPlane?.endpoints ?? []).filter(({ spec }) => spec.cluster_id !== config.clusterID && spec.backend !== own);
  if (others.length === 0) return pass(`cable driver ${own}`);
  const evidence = others.map(({ spec }) => `"${spec.cluster_id}" has cable driver ${spec.backend}, "${config.clusterID}" has ${own}`);
  return fail(evidence, [`mcs join broker-info.subm --clusterid ${config.clusterID} --cable-driver ${others[0]?.spec.backend ?? ''} --context ${context.cluster.context}`]);
}

/** What the gateway announces must be what the cluster joined with, and hold the address that answers probes. */
export function judgeRanges(context: Pick<DiagnoseContext, 'cluster' | 'fleet'>): CheckOutcome {
  const { config } = memberOf(context);
  const endpoint = carrierOf(context.cluster)?.gateway.status?.localEndpoint;
  if (endpoint === undefined) return skip('no gateway is active');
  const canonical = (ranges: readonly string[]): string[] => ranges.map((range) => parseCidr(range)?.text ?? range).toSorted();
  const [announced, joined] = [canonical(endpoint.subnets), canonical(config.podCIDRs)];
  const troubles: string[] = [];
  if (announced.join() !== joined.join()) troubles.push(`the gateway announces ${announced.join(', ') || 'nothing'}, but ${nameOf(context.cluster)} joined with ${joined.join(', ')}`);
  const { healthCheckIP = '' } = endpoint;
  // simulated nodes have no address among their pods
  const isSimulated = endpoint.backend === LOOPBACK_BACKEND && healthCheckIP === endpoint.private_ip;
  const isInside = isSimulated || announced.map(parseCidr).some((cidr) => cidr !== undefined && cidrContains(cidr, healthCheckIP));
  if (config.settings.healthCheck !== false && !isInside) troubles.push(healthCheckIP === '' ? `node ${endpoint.hostname} has no address in the pod ranges, so nobody can probe this cluster` : `healthCheckIP ${healthCheckIP} lies outside of the pod ranges`);
  const fix = [`mcs diagnose cidrs --context ${context.cluster.context}`, `mcs join broker-info.subm --clusterid ${config.clusterID} --clustercidr <the right ranges> --context ${context.cluster.context}`];
  return troubles.length === 0 ? pass(announced.join(', ')) : fail(troubles, fix);
}

const judged = (judge: (context: DiagnoseContext) => CheckOutcome) => (context: DiagnoseContext): Promise<CheckOutcome> => Promise.resolve(judge(context));

/** Checks of members with the component `connectivity`. */
export const connectionChecks: readonly (ClusterCheck | ClusterPairCheck)[] = [
  { id: 'MCS-NET-01', title: 'A node is labelled as gateway and ready', topic: 'connections', needs: [], run: async (context, signal) => judgeGatewayNodes(await readNodes(context, signal), context.cluster.context) },
  { id: 'MCS-NET-02', title: 'The gateway agent is ready on all nodes', topic: 'connections', needs: [], run: (context, signal) => withLastWords(judgeAgent(context), context.cluster.state.workloads.find(({ name }) => name === GATEWAY_AGENT), context, signal) },
  { id: 'MCS-NET-03', title: 'The nodes have what the data plane needs', topic: 'connections', needs: ['MCS-NET-02'], run: judged(judgeHosts) },
  { id: 'MCS-NET-04', title: 'One gateway is active', topic: 'connections', needs: ['MCS-DEP-09', 'MCS-NET-01', 'MCS-NET-02'], run: judged(judgeActive) },
  { id: 'MCS-NET-05', title: 'All members have the same cable driver', topic: 'connections', needs: ['MCS-NET-04'], run: judged(judgeDrivers) },
  { id: 'MCS-NET-06', title: 'The gateway announces the ranges of the pods', topic: 'connections', needs: ['MCS-NET-04'], run: judged(judgeRanges) },
  ...firewallChecks,
  {
    id: 'MCS-NET-07',
    title: 'Connected both ways',
    topic: 'connections',
    scope: 'pair',
    needs: ['MCS-NET-04', 'MCS-NET-05', 'MCS-NET-10'],
    peerNeeds: ['MCS-API-01', 'MCS-NET-04', 'MCS-NET-05'],
    peersOf: connectionPeers,
    run: (context, _signal, peer) => Promise.resolve(judgeConnection(context, peer)),
  },
  {
    id: 'MCS-NET-08',
    title: 'Every node gets through',
    topic: 'connections',
    scope: 'pair',
    needs: ['MCS-NET-07', 'MCS-NET-09'],
    peerNeeds: ['MCS-NET-07'],
    peersOf: pathPeers,
    run: (context, _signal, peer) => Promise.resolve(judgePaths(context, peer)),
  },
  ...tunnelChecks,
];
