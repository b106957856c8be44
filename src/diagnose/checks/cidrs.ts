import { cidrContains, parseCidr } from '../../api/cidr.ts';
import type { Pod, Service } from '../../api/types/index.ts';
import { type CidrConflict, type ClusterRanges, describeConflict, findCidrConflicts, refusesJoin } from '../../discovery/cidr-overlap.ts';
import type { ClusterState } from '../../inspect/cluster-state.ts';
import { type CheckOutcome, count, fail, pass, skip, warn } from '../check.ts';
import { readRunningPods, readServices } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, memberOf } from '../context.ts';

/** Addresses and objects named in one line of evidence. */
const SHOWN = 5;

function isInside(ranges: readonly string[], address: string): boolean {
  return ranges.map(parseCidr).some((cidr) => cidr !== undefined && cidrContains(cidr, address));
}

/** Objects whose address lies outside all ranges, as `namespace/name 10.1.2.3`. */
export function findOutside(objects: readonly { readonly metadata: Pod['metadata'] }[], addressOf: (index: number) => string | undefined, ranges: readonly string[]): readonly string[] {
  return objects.flatMap(({ metadata }, index) => {
    const address = addressOf(index);
    return address === undefined || isInside(ranges, address) ? [] : [`${metadata.namespace ?? ''}/${metadata.name} ${address}`];
  });
}

/** Objects that were found outside of the ranges that the cluster joined with; `flag` of join sets them. */
export function judgeOutside(kind: string, flag: string, ranges: readonly string[], outside: readonly string[], context: DiagnoseContext): CheckOutcome {
  const known = `${kind} range: ${ranges.join(', ')}`;
  if (outside.length === 0) return pass(known);
  const more = outside.length > SHOWN ? [`and ${outside.length - SHOWN} more`] : [];
  const { config } = memberOf(context);
  return fail(
    [known, `${outside.length} outside of it, which other clusters do not accept: ${outside.slice(0, SHOWN).join(', ')}`, ...more],
    [`mcs join broker-info.subm --clusterid ${config.clusterID} ${flag} <the right ranges> --context ${context.cluster.context}`],
  );
}

async function judgePodAddresses(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const pods = (await readRunningPods(context, signal)).filter(({ spec }) => spec.hostNetwork !== true);
  const { podCIDRs } = memberOf(context).config;
  return judgeOutside('pod', '--clustercidr', podCIDRs, findOutside(pods, (index) => pods[index]?.status?.podIP, podCIDRs), context);
}

async function judgeServiceAddresses(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const items = await readServices(context, signal);
  const { serviceCIDRs } = memberOf(context).config;
  const addressOf = ({ spec }: Service): string | undefined => (spec.clusterIP === undefined || ['', 'None'].includes(spec.clusterIP) ? undefined : spec.clusterIP);
  return judgeOutside('service', '--servicecidr', serviceCIDRs, findOutside(items, (index) => items[index] && addressOf(items[index]), serviceCIDRs), context);
}

/** Ranges of every member that the fleet knows, from their own configuration and from brokers. */
export function knownRanges(states: readonly ClusterState[]): readonly ClusterRanges[] {
  const ranges = new Map<string, ClusterRanges>();
  for (const { broker } of states) for (const member of broker?.members ?? []) ranges.set(member.clusterID, member);
  for (const { member } of states) if (member !== undefined) ranges.set(member.config.clusterID, member.config);
  return [...ranges.values()];
}

/** A line for all members that overlap in the same way: most clusters that kubeadm made have the same service range. */
function describeConflicts(conflicts: readonly CidrConflict[], clusterID: string): readonly string[] {
  const alike = Map.groupBy(conflicts, ({ ownKind, own, theirKind, theirs }) => [ownKind, own, theirKind, theirs].join());
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.length - (SHOWN - 1);
    const named = others.slice(0, SHOWN - 1).map(({ member }) => `, "${member}"`);
    return [`${describeConflict(first, clusterID)}${named.join('')}${more > 0 ? ` and ${more} more` : ''}`];
  });
}

export function judgeOverlap(context: Pick<DiagnoseContext, 'cluster' | 'fleet'>): CheckOutcome {
  const { config } = memberOf(context);
  const states = context.fleet.clusters.map(({ state }) => state);
  const members = knownRanges(states);
  if (members.length <= 1 && states.every(({ broker }) => broker === undefined)) return skip('no other member is known: the broker is in none of the clusters that were read');
  const conflicts = findCidrConflicts(config, members);
  const texts = describeConflicts(conflicts, config.clusterID);
  if (conflicts.some((conflict) => refusesJoin(conflict, config.components))) return fail(texts, ['Give one of the clusters other ranges: packets cannot be routed between them']);
  return texts.length > 0 ? warn(texts) : pass(`compared with ${count(members.length - 1, 'other member')}`);
}

export const cidrChecks: readonly ClusterCheck[] = [
  { id: 'MCS-CIDR-01', title: 'All pods lie inside the pod ranges that the cluster joined with', topic: 'cidrs', needs: ['MCS-DEP-09'], run: judgePodAddresses },
  { id: 'MCS-CIDR-02', title: 'All services lie inside the service ranges that the cluster joined with', topic: 'cidrs', needs: ['MCS-DEP-09'], run: judgeServiceAddresses },
  { id: 'MCS-CIDR-03', title: 'No range overlaps with those of another member', topic: 'cidrs', needs: ['MCS-DEP-09'], run: (context) => Promise.resolve(judgeOverlap(context)) },
];
