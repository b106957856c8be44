import type { WantedCondition } from '../../api/conditions.ts';
import type { GatewayClusterStatus, GatewayDNS } from '../../api/types/index.ts';
import type { Delivery, DeliveryCount, DeliveryState } from './deliveries.ts';
import type { RuleReading } from './rule.ts';

/** Every condition type that is written to a GatewayDNS. */
export const CONDITION_TYPES: readonly string[] = ['Accepted', 'GatewaysFound', 'Published', 'Conflicted'];

type Body = Pick<WantedCondition, 'status' | 'reason' | 'message'>;

/** Most clusters that a message names. */
const MAX_NAMED = 5;

export interface ConditionInput {
  readonly object: GatewayDNS;
  readonly reading: RuleReading;
  readonly clusters: readonly GatewayClusterStatus[];
  readonly count: DeliveryCount;
  /** Whether something is not known yet: what depends on it stays as it is. */
  readonly isOpen: boolean;
}

/** Conditions of a GatewayDNS. One that is not valid keeps those of what it published. */
export function gatewayConditions({ object, reading, clusters, count, isOpen }: ConditionInput): WantedCondition[] {
  const observedGeneration = object.metadata.generation ?? 0;
  const standing = object.status?.conditions ?? [];
  const mayFollow = 'rule' in reading && !isOpen;
  const carried = standing.filter(({ type }) => CONDITION_TYPES.includes(type) && type !== 'Accepted');
  const bodies: [string, Body][] = mayFollow ? [['GatewaysFound', found(clusters)], ['Published', published(clusters, count)], ['Conflicted', conflicted(clusters)]] : [];
  const judged = bodies.map(([type, body]) => ({ type, observedGeneration, ...body }));
  return [{ type: 'Accepted', observedGeneration, ...accepted(reading) }, ...(mayFollow ? judged : carried)];
}

/** `a, b and 3 more` */
export function listSome(items: readonly string[]): string {
  const named = items.slice(0, MAX_NAMED).join(', ');
  return items.length > MAX_NAMED ? `${named} and ${items.length - MAX_NAMED} more` : named;
}

function accepted(reading: RuleReading): Body {
  if ('rule' in reading) return { status: 'True', reason: 'Valid', message: 'It is valid' };
  return { status: 'False', reason: 'Invalid', message: `${reading.problems.join('; ')}. What it published stays` };
}

function explain(clusters: readonly GatewayClusterStatus[]): string {
  return listSome(clusters.map(({ name, message = '' }) => `${name} (${message})`));
}

function found(clusters: readonly GatewayClusterStatus[]): Body {
  const inState = (state: GatewayClusterStatus['state']): GatewayClusterStatus[] => clusters.filter((cluster) => cluster.state === state);
  const [missing, unreachable, own] = [inState('NoGateway'), inState('Unreachable'), inState('Published')];
  if (clusters.length === 0) return { status: 'False', reason: 'NoClusters', message: 'clusterSelector selects no cluster of this namespace' };
  if (missing.length > 0) return { status: 'False', reason: 'GatewayNotFound', message: `No gateway in ${explain(missing)}` };
  if (unreachable.length > 0) return { status: 'Unknown', reason: 'ClusterUnreachable', message: `Cannot reach ${explain(unreachable)}. What was published of them stays` };
  if (own.length === 0) return { status: 'Unknown', reason: 'Conflicted', message: 'Other GatewayDNS have the names of all its clusters' };
  return { status: 'True', reason: 'Found', message: `${own.length} of ${own.length} gateways have addresses` };
}

const FAILURES: readonly [DeliveryState, string, (deliveries: readonly Delivery[]) => string][] = [
  ['foreign', 'ForeignSlice', (all) => `EndpointSlices that mcs did not make are left alone: ${listSome(all.map(({ target, detail = '' }) => `${detail} in ${target}`))}`],
  ['failed', 'WriteFailed', (all) => `Cannot write to ${listSome(all.map(({ target, detail = '' }) => `${target} (${detail})`))}`],
  ['unreachable', 'ClusterUnreachable', (all) => `Cannot reach ${listSome(all.map(({ target }) => target))}`],
  ['pending', 'Pending', (all) => `Not written yet: ${listSome(all.map(({ target }) => target))}`],
];

function published(clusters: readonly GatewayClusterStatus[], { byState, have, shall }: DeliveryCount): Body {
  const without = byState.get('noNamespace') ?? [];
  const rest = without.length === 0 ? '' : `. No namespace for them in ${listSome(without.map(({ target }) => target))}`;
  const summary = `${have} of ${shall} clusters have all records${rest}`;
  for (const [state, reason, describe] of FAILURES) {
    const deliveries = byState.get(state) ?? [];
    if (deliveries.length > 0) return { status: 'False', reason, message: `${summary}. ${describe(deliveries)}` };
  }
  if (!clusters.some(({ addresses = [] }) => addresses.length > 0)) return { status: 'False', reason: 'NothingToPublish', message: 'There is no address to publish' };
  if (shall === 0) return { status: 'False', reason: 'NoRecipients', message: summary };
  return { status: 'True', reason: 'Published', message: summary };
}

function conflicted(clusters: readonly GatewayClusterStatus[]): Body {
  const lost = clusters.filter(({ state }) => state === 'Conflicted');
  if (lost.length === 0) return { status: 'False', reason: 'NoConflicts', message: 'No other GatewayDNS has a name of its clusters' };
  return { status: 'True', reason: 'NameTaken', message: explain(lost) };
}
