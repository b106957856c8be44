import type { Looked } from '../../../base/looked.ts';
import { type CheckOutcome, fail, pass, skip, warn } from '../../check.ts';
import { describeFlow, type Fate, fateOf, type FlowKind, nameOfNode, nodeKey, type PathFindings, type ProbedFlow, type ProbedNode } from './flow.ts';

/** What is judged: the ways between two clusters, both directions. */
export interface Between {
  readonly own: string;
  readonly peer: string;
}

type Found = Looked<PathFindings>;

const BLOCKED: ReadonlySet<Fate> = new Set<Fate>(['filtered', 'lost', 'unsent']);
const unique = (lines: readonly string[]): string[] => [...new Set(lines)];

/** Why nothing is known of what was to be probed between these clusters, each reason once. */
function whyUnknown({ leftOut, silent }: PathFindings, clusters: readonly string[]): string[] {
  const reasons = [...[...leftOut].filter(([cluster]) => clusters.includes(cluster)), ...[...silent].filter(([key]) => clusters.some((cluster) => key.startsWith(`${cluster}/`)))];
  return [...Map.groupBy(reasons, ([, reason]) => reason)].map(([reason, places]) => `not tested from ${places.map(([place]) => place).join(', ')}: ${reason}`);
}

function skipFor(findings: PathFindings, clusters: readonly string[], otherwise: string): CheckOutcome {
  const reasons = whyUnknown(findings, clusters);
  return skip(...(reasons.length > 0 ? reasons : [otherwise]));
}

const untested = (reason: string): CheckOutcome => skip(`not tested without pods (${reason})`);

/** A packet filter of a node is mended there, one on the way by whoever owns it. */
function fixOf(flows: readonly ProbedFlow[], { own, peer }: Between): string[] {
  const filtered = flows.filter((flow) => fateOf(flow) === 'filtered').map(({ to, port }) => `On node ${nameOfNode(to)}: let UDP ${port} in (nft list ruleset shows what drops it)`);
  const isOnWay = flows.some((flow) => fateOf(flow) !== 'filtered');
  const onWay = own === peer ? [`Let UDP ${flows[0]?.port ?? ''} pass between all nodes of "${own}"`, `mcs ports --for ${own}`] : [`mcs ports --for ${own},${peer}`];
  return [...(isOnWay ? onWay : []), ...unique(filtered)];
}

/** What is blocked of one direction, if it is: it is open where the address in use is. */
function blockedIn(flows: readonly ProbedFlow[]): readonly ProbedFlow[] {
  const used = flows.filter(({ isUsed }) => isUsed);
  const isOpenOrUnknown = used.some((flow) => !BLOCKED.has(fateOf(flow)));
  return isOpenOrUnknown ? [] : flows.filter((flow) => BLOCKED.has(fateOf(flow)));
}

/** `isUp`: what the agents say of the connection. A datagram that got lost beside a tunnel that works proves no more than a doubt. */
function judgeFlows(findings: PathFindings, kind: FlowKind, between: Between, isUp: boolean): CheckOutcome {
  const { own, peer } = between;
  const flows = findings.flows.filter((flow) => flow.kind === kind && [flow.from.cluster, flow.to.cluster].every((cluster) => cluster === own || cluster === peer));
  if (flows.every((flow) => fateOf(flow) === 'untested')) return skipFor(findings, unique([own, peer]), unique(flows.map((flow) => flow.untested ?? ''))[0] ?? 'nothing was probed between them: there are more clusters than are probed');
  const directions = [...Map.groupBy(flows, ({ from }) => nodeKey(from)).values()];
  const blocked = directions.flatMap(blockedIn);
  const lines = flows.map(describeFlow);
  if (blocked.length === 0) return pass(...lines);
  return (isUp ? warn : fail)([...blocked.map(describeFlow), ...lines.filter((line) => !blocked.map(describeFlow).includes(line))], fixOf(blocked, between));
}

/** Whether what a worker sends reaches the gateway of its cluster, and back. */
export function judgeNodes(looked: Found, cluster: string, isUp: boolean): CheckOutcome {
  if ('reason' in looked) return untested(looked.reason);
  const { flows } = looked.found;
  const isAlone = !looked.found.leftOut.has(cluster) && !flows.some(({ kind, from }) => kind === 'nodes' && from.cluster === cluster);
  if (isAlone) return skip('no other node than the gateway is ready');
  return judgeFlows(looked.found, 'nodes', { own: cluster, peer: cluster }, isUp);
}

/** Whether the port of the tunnel is open between two gateways, whether there is a tunnel or not. */
export function judgeTunnelPort(looked: Found, between: Between, isUp: boolean): CheckOutcome {
  return 'reason' in looked ? untested(looked.reason) : judgeFlows(looked.found, 'tunnel', between, isUp);
}

/** Whether gateways can ask each other by which address they are reached. Without an answer they use one unproven. */
export function judgeDiscovery(looked: Found, between: Between, isWanted: boolean): CheckOutcome {
  if (!isWanted) return pass('none is needed: a cluster was joined with --natt=false');
  return 'reason' in looked ? untested(looked.reason) : judgeFlows(looked.found, 'discovery', between, true);
}

const isBetween = ({ own, peer }: Between) => ({ from, to }: { readonly from: ProbedNode; readonly to: ProbedNode }): boolean => (from.cluster === own && to.cluster === peer) || (from.cluster === peer && to.cluster === own);

/** Below that share of answers a way counts as bad. */
const GOOD_SHARE = 0.5;

function describeEcho({ from, to, medianMs, received, sent }: PathFindings['echoes'][number], flow: ProbedFlow | undefined): string {
  const way = `${nameOfNode(from)} to ${nameOfNode(to)}`;
  if (medianMs !== undefined) return `${way}: ${medianMs} ms${received === sent ? '' : `, ${received} of ${sent} answered`}`;
  const line = `${way}: no answer to ${sent} probes`;
  const fate = flow === undefined ? 'untested' : fateOf(flow);
  if (fate === 'delivered') return `${line}; they arrive, so the way back is broken`;
  if (fate === 'filtered') return `${line}; they arrive, but a packet filter of node ${to.node} drops them`;
  return fate === 'lost' ? `${line}; they do not arrive` : line;
}

/** Whether packets pass through the tunnel, from gateways and other nodes of both sides, and how long they take. */
export function judgeInner(looked: Found, between: Between): CheckOutcome {
  if ('reason' in looked) return untested(looked.reason);
  const findings = looked.found;
  const echoes = findings.echoes.filter(isBetween(between));
  if (echoes.length === 0) return skipFor(findings, [between.own, between.peer], 'nothing was probed between them: no address answers probes, or there are more clusters than are probed');
  const flowOf = ({ from, to }: PathFindings['echoes'][number]): ProbedFlow | undefined => findings.flows.find((flow) => flow.kind === 'inner' && nodeKey(flow.from) === nodeKey(from) && nodeKey(flow.to) === nodeKey(to));
  const lines = (some: typeof echoes): string[] => some.map((echo) => describeEcho(echo, flowOf(echo)));
  const dead = echoes.filter(({ received }) => received === 0);
  const others = echoes.filter(({ received }) => received > 0);
  const fix = ['mcs show connections', `mcs ports --for ${between.own},${between.peer}`];
  if (dead.length > 0) return fail([...lines(dead), ...lines(others)], fix);
  const isLossy = echoes.some(({ received, sent }) => received < sent * GOOD_SHARE);
  return isLossy ? warn(lines(echoes), fix) : pass(...lines(echoes));
}

const swallows = ({ largest, promised }: PathFindings['sizes'][number]): boolean => largest !== undefined && largest < promised;

function describeSize(size: PathFindings['sizes'][number]): string {
  const { from, to, address, device, isInner, largest, promised } = size;
  const way = `${nameOfNode(from)} to ${nameOfNode(to)}, ${isInner ? 'through the tunnel' : `outside of it (${address})`}`;
  if (largest === undefined) return `${way}: not known, no echo is answered`;
  return swallows(size) ? `${way}: packets of up to ${largest} bytes pass, ${device} sends up to ${promised}` : `${way}: ${largest} bytes`;
}

/** Whether packets pass that are as large as the kernel sends them: larger ones vanish without a word. */
export function judgeSizes(looked: Found, between: Between): CheckOutcome {
  if ('reason' in looked) return untested(looked.reason);
  const all = looked.found.sizes.filter(isBetween(between));
  const inner = all.filter(({ isInner }) => isInner);
  if (inner.every(({ largest }) => largest === undefined)) return skipFor(looked.found, [between.own, between.peer], 'no echo is answered through the tunnel');
  const lost = inner.filter(swallows);
  const outer = all.filter((size) => !size.isInner);
  if (lost.length === 0) return pass(...inner.map(describeSize));
  const fix = [`Let ICMP "fragmentation needed" (type 3, code 4; for IPv6 type 2) pass to the gateways: mcs ports --for ${between.own},${between.peer}`, 'Gateways measure every minute, and lower what they send by themselves: mcs diagnose all --only MCS-NET-13'];
  return fail([...lost, ...outer.filter(swallows)].map(describeSize), fix);
}
