import type { GatewayDNS } from '../api/types/index.ts';
import type { ObjectCache } from '../sync/object-cache.ts';
import { readRule } from './plan/read-rule.ts';
import type { ReadGateway } from './plan/rule.ts';
import type { NamePlan } from './plan/share-out.ts';
import type { GatewayDNSSettings } from './settings.ts';

/** Every GatewayDNS, with what it says. */
export function readGateways(cache: ObjectCache<GatewayDNS>, { healthChecks }: Pick<GatewayDNSSettings, 'healthChecks'>): ReadGateway[] {
  return cache.values().map((object) => ({ object, reading: readRule(object, { healthChecks }) }));
}

/** Addresses of a name that are left out according to the statuses of those that have it: what the process before found out. */
export function withheldBefore({ cluster, holders }: NamePlan, cache: ObjectCache<GatewayDNS>): string[] {
  return holders.flatMap(({ key }) => cache.get(key)?.status?.clusters?.find(({ name }) => name === cluster.name)?.withheld ?? []);
}
