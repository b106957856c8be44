import { randomBytes } from 'node:crypto';
import { familyOf } from '../../../api/cidr.ts';
import { LOOPBACK_BACKEND } from '../../../api/data-plane.ts';
import { GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../../api/names.ts';
import { resources } from '../../../api/resources.ts';
import type { Node } from '../../../api/types/index.ts';
import type { Looked } from '../../../base/looked.ts';
import { isReadyNode } from '../../../discovery/gateway-nodes.ts';
import { carriersIn } from '../../../inspect/data-plane.ts';
import { type Fleet, type FleetMember, nameOf } from '../../../inspect/survey-fleet.ts';
import type { PathsResult } from '../../../probe/paths/paths-request.ts';
import { type DiagnoseContext, subjectNameOf } from '../../context.ts';
import type { PodSettings } from '../pod-settings.ts';
import { runPodInTime } from '../run-pod-in-time.ts';
import { combineResults, findingsByPair, type NodeResult } from './combine-results.ts';
import type { PathFindings, ProbedNode } from './flow.ts';
import type { Between } from './judge-paths.ts';
import { chooseClusters, type PathCluster, type NodeRequest, planPaths } from './plan-paths.ts';

/** How long the pods send to each other, ms: they do not start at the same moment. */
const WINDOW_MS = 4_000;

function addressOf({ status }: Node, family: string | undefined): string | undefined {
  return status?.addresses?.find(({ type, address }) => type === 'InternalIP' && familyOf(address) === family)?.address;
}

/** A node that is ready and not the gateway: one that gets no answers before others. */
export function chooseWorker(nodes: readonly Node[], gateway: ProbedNode, broken: ReadonlySet<string>): ProbedNode | undefined {
  const { cluster, address: gatewayAddress } = gateway;
  const candidates = nodes.filter((node) => node.metadata.name !== gateway.node && isReadyNode(node)).flatMap((node) => {
    const address = addressOf(node, familyOf(gatewayAddress));
    return address === undefined ? [] : [{ cluster, node: node.metadata.name, address }];
  });
  return candidates.find(({ node }) => broken.has(node)) ?? candidates[0];
}

async function describeCluster(member: FleetMember, signal: AbortSignal): Promise<Looked<PathCluster>> {
  const { dataPlane, config, credential } = member.state.member ?? {};
  if (dataPlane === undefined || config === undefined) return { reason: 'there is no gateway agent' };
  const carrier = carriersIn(config.clusterID, dataPlane)[0];
  const spec = carrier?.gateway.status?.localEndpoint;
  if (carrier === undefined || spec === undefined) return { reason: 'no gateway is active' };
  if (spec.backend === LOOPBACK_BACKEND) return { reason: 'simulated nodes send no packets' };
  const name = nameOf(member);
  const gateway = { cluster: name, node: carrier.gateway.metadata.name, address: spec.private_ip };
  const broken = new Set(dataPlane.routeAgents.filter(({ status }) => status?.remoteEndpoints.some((path) => path.status === 'error')).map(({ metadata }) => metadata.name));
  const { items } = await member.client.list(resources.nodes, { signal });
  const worker = chooseWorker(items, gateway, broken);
  return { found: { name, spec, connections: carrier.connections, broker: credential?.server, gateway, ...(worker && { worker }) } };
}

interface Run extends PodSettings {
  readonly signal: AbortSignal;
  readonly monotonic: () => number;
}

async function askNode(member: FleetMember, { node, request }: NodeRequest, run: Run): Promise<Looked<PathsResult>> {
  const image = member.state.workloads.find(({ name }) => name === GATEWAY_AGENT)?.image;
  if (image === undefined) return { reason: 'the gateway agent is not installed, so its image is not known' };
  const pod = {
    name: `mcs-paths-${run.runID}-${node.address.replaceAll(/[.:]+/g, '-')}`,
    namespace: MEMBER_NAMESPACE,
    image,
    request: { paths: request },
    node: node.node,
    host: { capabilities: ['NET_ADMIN', 'NET_RAW'] },
    place: `${node.cluster}, node ${node.node}`,
  };
  const looked = await runPodInTime(member.client, pod, run, run.signal);
  if ('reason' in looked) return looked;
  return looked.found.paths === undefined ? { reason: 'the pod did not try' } : { found: looked.found.paths };
}

async function runNode(fleet: Fleet, entry: NodeRequest, run: Run): Promise<NodeResult> {
  const member = fleet.clusters.find((each) => nameOf(each) === entry.node.cluster);
  const looked = member === undefined ? { reason: 'the cluster is not there any more' } : await askNode(member, entry, run);
  return { looked, endedAt: run.monotonic() };
}

/** Clusters that can be asked, and why others cannot. */
async function describeFleet(fleet: Fleet, signal: AbortSignal): Promise<{ readonly clusters: readonly PathCluster[]; readonly leftOut: ReadonlyMap<string, string> }> {
  const described = await Promise.all(fleet.clusters.map(async (member) => {
    const name = nameOf(member);
    // results are by that name
    const isDouble = subjectNameOf(member, fleet) !== name;
    return { name, looked: isDouble ? { reason: 'two clusters have this id' } : await describeCluster(member, signal) };
  }));
  const { chosen, leftOut } = chooseClusters(described.flatMap(({ looked }) => ('found' in looked ? [looked.found] : [])));
  const unasked = described.flatMap(({ name, looked }) => ('reason' in looked ? [[name, looked.reason] as const] : []));
  return { clusters: chosen, leftOut: new Map([...leftOut, ...unasked]) };
}

async function probeAll({ fleet, clock }: DiagnoseContext, settings: PodSettings, signal: AbortSignal): Promise<PathFindings> {
  const { clusters, leftOut } = await describeFleet(fleet, signal);
  const plan = planPaths(clusters, { runID: settings.runID, windowMs: WINDOW_MS, createToken: () => randomBytes(8).toString('hex') });
  const run: Run = { ...settings, signal, monotonic: () => clock.monotonic() };
  const results = await Promise.all([...plan.requests].map(async ([key, entry]) => [key, await runNode(fleet, entry, run)] as const));
  return combineResults(plan, new Map(results), leftOut);
}

/** What the nodes of two clusters, or of one, find out about the ways between them; found out for all clusters once a run. Or why no pods may be run. */
export async function readPaths(context: DiagnoseContext, { own, peer }: Between, signal: AbortSignal): Promise<Looked<PathFindings>> {
  const { pods, fleetReadings } = context;
  if ('reason' in pods) return pods;
  const findingsOf = await fleetReadings.get('ways between nodes', async () => findingsByPair(await probeAll(context, pods.found, signal)));
  return { found: findingsOf(own, peer) };
}
