import type { Condition, GatewayClusterState, GatewayDNSStatus } from '../../api/types/index.ts';
import { listSome } from './gateway-conditions.ts';

/** Something to tell people about a GatewayDNS, once. */
export interface GatewayEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'GatewayNotFound' | 'ClusterUnreachable' | 'Conflicted' | 'ForeignSlice' | 'InvalidSpec' | 'Published';
  readonly message: string;
}

/** Cluster states that people want to hear of when they begin. */
const TOLD: readonly [GatewayClusterState, GatewayEvent['reason'], string][] = [
  ['NoGateway', 'GatewayNotFound', 'No gateway in'],
  ['Unreachable', 'ClusterUnreachable', 'Cannot reach'],
  ['Conflicted', 'Conflicted', 'Another GatewayDNS has the name of'],
];

/** What has become different from one status to the next, as Events: one for each reason, however many clusters there are. */
export function gatewayEvents(before: GatewayDNSStatus = {}, after: GatewayDNSStatus = {}): GatewayEvent[] {
  const accepted = changeOf('Accepted', before, after);
  const [old, published] = [conditionOf('Published', before), conditionOf('Published', after)];
  const events: GatewayEvent[] = [];
  if (accepted?.status === 'False') events.push({ type: 'Warning', reason: 'InvalidSpec', message: accepted.message });
  for (const [state, reason, text] of TOLD) {
    const begun = (after.clusters ?? []).filter((cluster) => cluster.state === state && before.clusters?.find(({ name }) => name === cluster.name)?.state !== state);
    if (begun.length > 0) events.push({ type: 'Warning', reason, message: `${text} ${listSome(begun.map(({ name, message = '' }) => `${name} (${message})`))}` });
  }
  if (published?.reason === 'ForeignSlice' && old?.reason !== published.reason) events.push({ type: 'Warning', reason: 'ForeignSlice', message: published.message });
  if (published?.status === 'True' && old?.status !== 'True') events.push({ type: 'Normal', reason: 'Published', message: published.message });
  return events;
}

function conditionOf(type: string, { conditions = [] }: GatewayDNSStatus): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** The condition where it says something else than before. */
function changeOf(type: string, before: GatewayDNSStatus, after: GatewayDNSStatus): Condition | undefined {
  const [old, found] = [conditionOf(type, before), conditionOf(type, after)];
  return found !== undefined && (old?.reason !== found.reason || old.message !== found.message) ? found : undefined;
}
