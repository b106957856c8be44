import type { BrokerMember } from '../cluster-state.ts';
import { brokersOf } from '../same-set.ts';
import { type Fleet, nameOf } from '../survey-fleet.ts';
import type { Aspect, MatrixCluster } from './aspect.ts';

/** `stale`: one of the two does not renew its Lease on the broker. `separate`: one of them is not on the other's broker. */
export type ControlState = 'ok' | 'stale' | 'separate' | 'unknown';

/** Seconds for which a member's Lease holds: it is renewed three times in that. */
export const LEASE_SECONDS = 60;

function staleness({ clusterID, renewedAt, leaseAge }: BrokerMember): string | undefined {
  if (renewedAt === undefined) return `"${clusterID}" has no Lease on the broker`;
  return leaseAge !== undefined && leaseAge > LEASE_SECONDS ? `"${clusterID}" has not renewed its Lease for ${leaseAge} s` : undefined;
}

function judgeLeases(members: readonly BrokerMember[]): Aspect<ControlState> {
  const stale = members.map(staleness).filter((one) => one !== undefined);
  if (stale.length > 0) return { verdict: 'bad', state: 'stale', message: stale.join('; ') };
  const untold = members.filter(({ leaseAge }) => leaseAge === undefined).map(({ clusterID }) => `"${clusterID}"`);
  if (untold.length > 0) return { verdict: 'unknown', state: 'unknown', message: `the API server does not say when the Lease of ${untold.join(' and ')} was renewed` };
  return { verdict: 'ok', state: 'ok', message: '' };
}

/** Whether two clusters are members of one broker and both show that they live. The same in both directions. */
export function judgeControl(fleet: Fleet, one: MatrixCluster, other: MatrixCluster): Aspect<ControlState> {
  const own = brokersOf(fleet, one.clusterID);
  const others = brokersOf(fleet, other.clusterID);
  const shared = own.find((broker) => others.includes(broker))?.state.broker;
  if (shared !== undefined) return judgeLeases(shared.members.filter(({ clusterID }) => clusterID === one.clusterID || clusterID === other.clusterID));
  const [broker] = [...own, ...others];
  if (broker === undefined) return { verdict: 'unknown', state: 'unknown', message: 'their broker cannot be read from here' };
  const [member, stranger] = own.includes(broker) ? [one, other] : [other, one];
  return { verdict: 'bad', state: 'separate', message: `"${member.cluster}" is a member of the broker in "${nameOf(broker)}", "${stranger.cluster}" is not` };
}
