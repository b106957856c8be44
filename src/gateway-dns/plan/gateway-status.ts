import { isDeepStrictEqual } from 'node:util';
import { sameConditions, stampConditions } from '../../api/conditions.ts';
import { objectKey } from '../../api/resources.ts';
import type { Condition, GatewayClusterStatus, GatewayDNSStatus } from '../../api/types/index.ts';
import type { NameContent, NameRecords } from './compose-name.ts';
import { countDeliveries, type Delivery } from './deliveries.ts';
import { CONDITION_TYPES, gatewayConditions } from './gateway-conditions.ts';
import { compareText } from './names.ts';
import type { ReadGateway } from './rule.ts';
import type { NamePlan } from './share-out.ts';

/** One cluster that a GatewayDNS selects, and what became of its name. */
export interface SelectedCluster {
  readonly plan: NamePlan;
  readonly content: NameContent;
  /** How far each recipient has the slices. Of no account where the GatewayDNS is no holder of the name. */
  readonly deliveries: readonly Delivery[];
}

export interface StatusInput extends ReadGateway {
  /** In any order; none where the GatewayDNS is not valid. */
  readonly selected: readonly SelectedCluster[];
  /** ms */
  readonly now: () => number;
}

/**
 * The status of a GatewayDNS as it shall be; undefined where it is so already. What is not known yet
 * since the start of the process is taken from the standing status, so that a restart writes nothing.
 */
export function nextStatus(input: StatusInput): GatewayDNSStatus | undefined {
  const { object, reading, selected } = input;
  const standing = object.status ?? {};
  const key = objectKey(object.metadata);
  const clusters = 'problems' in reading ? (standing.clusters ?? []) : clusterStatuses(key, standing, selected);
  const held = selected.filter(({ plan }) => plan.holders.some((rule) => rule.key === key));
  const count = countDeliveries(held.flatMap(({ deliveries }) => deliveries));
  const isOpen = count.isOpen || selected.some(({ content }) => content.kind === 'pending');
  const conditions = conditionsOf(input, gatewayConditions({ object, reading, clusters, count, isOpen }));
  const published = 'problems' in reading || isOpen ? standing.published : `${count.have}/${count.shall}`;
  const next = { observedGeneration: object.metadata.generation ?? 0, conditions, clusters, ...(published !== undefined && { published }) };
  return isDeepStrictEqual(plain(next), plain(standing)) ? undefined : next;
}

/** Whoever wrote conditions of other types keeps them. */
function conditionsOf({ object, now }: StatusInput, wanted: Parameters<typeof stampConditions>[0]): Condition[] {
  const standing = object.status?.conditions ?? [];
  if (sameConditions(stampConditions(wanted, standing, now), standing, CONDITION_TYPES)) return standing;
  return [...stampConditions(wanted, standing, now), ...standing.filter(({ type }) => !CONDITION_TYPES.includes(type))];
}

function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

function clusterStatuses(key: string, { clusters = [] }: GatewayDNSStatus, selected: readonly SelectedCluster[]): GatewayClusterStatus[] {
  const entries = selected.flatMap((one) => clusterStatus(key, clusters.find(({ name }) => name === one.plan.cluster.name), one) ?? []);
  return entries.toSorted((a, b) => compareText(a.name, b.name));
}

function clusterStatus(key: string, standing: GatewayClusterStatus | undefined, { plan, content }: SelectedCluster): GatewayClusterStatus | undefined {
  const identity = { name: plan.cluster.name, hostname: plan.hostname };
  const [winner] = plan.holders;
  if (plan.conflicted.some((rule) => rule.key === key)) return { ...identity, state: 'Conflicted', message: `GatewayDNS "${plan.heldBy ?? winner?.key ?? ''}" has the name` };
  if (content.kind === 'records') return { ...identity, state: 'Published', ...recordsOf(content) };
  if (content.kind === 'pending') return standing;
  if (content.kind === 'none') return { ...identity, state: 'NoGateway', message: content.message };
  return { ...identity, state: 'Unreachable', ...carriedOver(standing), message: content.message };
}

function recordsOf({ addresses, withheld, notes }: NameRecords): Pick<GatewayClusterStatus, 'addresses' | 'withheld' | 'message'> {
  return { addresses: [...addresses], ...(withheld.length > 0 && { withheld: [...withheld] }), ...(notes.length > 0 && { message: notes.join('; ') }) };
}

function carriedOver(standing: GatewayClusterStatus | undefined): Pick<GatewayClusterStatus, 'addresses' | 'withheld'> {
  return { ...(standing?.addresses && { addresses: standing.addresses }), ...(standing?.withheld && { withheld: standing.withheld }) };
}
