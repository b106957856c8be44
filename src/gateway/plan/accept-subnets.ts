import { type Cidr, parseCidr } from '../../api/cidr.ts';
import { RangeSet } from '../../api/range-set.ts';
import type { IpFamily } from '../../api/types/index.ts';
import type { RemoteView } from './types.ts';

/** A cluster behind a tunnel, with those of its ranges that are routed there. */
export interface AcceptedRemote {
  readonly remote: RemoteView;
  readonly subnets: readonly Cidr[];
}

/**
 * Leaves out ranges of families that the own pods do not have, which nobody here could speak with,
 * and ranges that meet the own pods' or those of a cluster earlier in the list. The
 * controller has refused them already; here a slip would take somebody's traffic away.
 */
export function acceptSubnets(remotes: readonly RemoteView[], podCIDRs: readonly Cidr[], families: readonly IpFamily[]): AcceptedRemote[] {
  const taken = new RangeSet();
  for (const cidr of podCIDRs) taken.add(cidr);
  return remotes.map((remote) => ({ remote, subnets: remote.subnets.flatMap((text) => parseCidr(text) ?? []).filter((subnet) => families.includes(subnet.family) && taken.add(subnet)) }));
}
