import { objectKey } from '../../api/resources.ts';
import { matchesLabels } from '../../api/selectors.ts';
import type { GatewayDNS } from '../../api/types/index.ts';
import { compareText, type GatewayCluster } from './names.ts';
import type { GatewayRule, ReadGateway } from './rule.ts';

/** Which GatewayDNS have the name of one cluster. */
export interface HolderList {
  /** Those that have the name, oldest first; none where no GatewayDNS selects the cluster. */
  readonly holders: readonly GatewayRule[];
  /** The gateways that the name leads to, each once: the oldest holder of each decides how it is read. */
  readonly gateways: readonly GatewayRule[];
  /** Those that select the cluster, and do not have its name. */
  readonly conflicted: readonly GatewayRule[];
  /** Key of the invalid GatewayDNS that has the name by what it was before: what stands stays. */
  readonly heldBy?: string;
}

/** Tells the gateways of one cluster apart. */
export function gatewayId({ service, resolution }: Pick<GatewayRule, 'service' | 'resolution'>): string {
  return [service.namespace, service.name, resolution].join('/');
}

function compareAge(a: GatewayDNS, b: GatewayDNS): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return compareText(left, right) || compareText(objectKey(a.metadata), objectKey(b.metadata));
}

/** An invalid one says nothing of what it selects; what it had is what its status says. */
function had({ status }: GatewayDNS, cluster: GatewayCluster): boolean {
  return status?.clusters?.some(({ name, state, addresses = [] }) => name === cluster.name && state !== 'Conflicted' && addresses.length > 0) === true;
}

function selects({ object, reading }: ReadGateway, cluster: GatewayCluster): boolean {
  return 'rule' in reading ? matchesLabels(reading.rule.selector, cluster.labels) : had(object, cluster);
}

/**
 * Shares out the name of one cluster (XC-11). Those that name the same Service and resolution are one.
 * Else the oldest has the name; where it says Union, it shares it with all others that say Union.
 */
export function shareName(cluster: GatewayCluster, candidates: readonly ReadGateway[]): HolderList {
  const selecting = candidates.filter((candidate) => selects(candidate, cluster)).toSorted((a, b) => compareAge(a.object, b.object));
  const rules = selecting.flatMap(({ reading }) => ('rule' in reading ? [reading.rule] : []));
  const [first] = selecting;
  if (first !== undefined && 'problems' in first.reading) return { holders: [], gateways: [], conflicted: rules, heldBy: objectKey(first.object.metadata) };
  const [oldest, ...others] = rules;
  if (oldest === undefined) return { holders: [], gateways: [], conflicted: [] };
  const sharing = [oldest, ...(oldest.mergePolicy === 'Union' ? others.filter(({ mergePolicy }) => mergePolicy === 'Union') : [])];
  const shared = new Set(sharing.map(gatewayId));
  const holders = rules.filter((rule) => shared.has(gatewayId(rule)));
  const gateways = [...shared].flatMap((id) => holders.find((rule) => gatewayId(rule) === id) ?? []);
  return { holders, gateways, conflicted: rules.filter((rule) => !shared.has(gatewayId(rule))) };
}
