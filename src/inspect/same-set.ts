import type { MemberState } from './cluster-state.ts';
import { type Fleet, type FleetMember, nameOf } from './survey-fleet.ts';

type Member = Pick<MemberState, 'config' | 'credential'>;

/** Whether two members have joined the same broker, as they tell themselves; undefined where one of them does not say. */
export function isSameSet(one: Member, other: Member): boolean | undefined {
  if (one.config.brokerNamespace !== other.config.brokerNamespace) return false;
  const [ours, theirs] = [one.credential?.server, other.credential?.server];
  return ours === undefined || theirs === undefined ? undefined : ours === theirs;
}

/** Clusters that host a broker which knows a member of this id. */
export function brokersOf({ clusters }: Pick<Fleet, 'clusters'>, clusterID: string): readonly FleetMember[] {
  return clusters.filter(({ state }) => state.broker?.members.some((member) => member.clusterID === clusterID));
}

/** The cluster that hosts the broker of a member: of several that know its id, the one at the address that the member has. */
export function brokerOf(fleet: Pick<Fleet, 'clusters'>, { config, credential }: Member): FleetMember | undefined {
  const known = brokersOf(fleet, config.clusterID);
  return known.find(({ client }) => client.server === credential?.server) ?? known[0];
}

/** Members of the fleet by the ids of their clusters. Of several of one id it has the first. */
export function membersByID({ clusters }: Pick<Fleet, 'clusters'>): ReadonlyMap<string, FleetMember> {
  return new Map(clusters.filter(({ state }) => state.member !== undefined).toReversed().map((cluster) => [nameOf(cluster), cluster]));
}
