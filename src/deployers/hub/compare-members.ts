import type { MemberConfig } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { type ClusterRanges, describeConflict, findCidrConflicts } from '../../discovery/cidr-overlap.ts';
import { hubOfIdentity } from '../../hub/settings.ts';
import type { HubMemberSecret } from './standing-hub.ts';

export interface HubJoiner {
  readonly clusterID: string;
  /** UID of its kube-system. */
  readonly clusterUID: string;
  /** The hub that it is to join. */
  readonly hubID: string;
  /** What an earlier join left in the cluster. */
  readonly standing: MemberConfig | undefined;
  /** Who holds Lease `mcs-controller` there; empty for nobody. */
  readonly holder: string;
  /** Members of the hub. */
  readonly members: readonly HubMemberSecret[];
}

function refuseElsewhere(clusterID: string, whose: string, hints: readonly string[]): never {
  throw new McsError('MCS_JOINED_ELSEWHERE', `Cannot join member "${clusterID}" to this hub: ${whose}`, { hints });
}

function validateNotElsewhere({ clusterID, hubID, standing, holder }: HubJoiner): void {
  if (standing !== undefined && standing.hub === undefined) refuseElsewhere(clusterID, `the cluster is a member of a broker already, as "${standing.clusterID}"`, ['mcs leave   # with a context of that cluster']);
  const { hub } = standing ?? {};
  if (hub !== undefined && hub.id !== hubID) refuseElsewhere(clusterID, `${hub.id} at ${hub.server} serves the cluster, as "${standing?.clusterID ?? ''}"`, [`mcs hub unjoin ${standing?.clusterID ?? ''} --context <cluster of that hub> --from <context>`]);
  const active = hubOfIdentity(holder);
  if (active !== undefined && active !== hubID) refuseElsewhere(clusterID, `${active} works in the cluster: it holds Lease "mcs-controller"`, ['mcs hub status --context <cluster of that hub>']);
}

/** Throws MCS_JOINED_ELSEWHERE, MCS_CLUSTER_ID_CHANGED and MCS_CLUSTER_ID_TAKEN. */
export function validateFree(joiner: HubJoiner): void {
  validateNotElsewhere(joiner);
  const { clusterID, clusterUID, standing, members } = joiner;
  const known = members.map(({ clusterID: id, config }) => ({ id, uid: config?.clusterUID }));
  const other = known.find(({ id, uid }) => uid === clusterUID && id !== clusterID)?.id ?? (standing !== undefined && standing.clusterID !== clusterID ? standing.clusterID : undefined);
  if (other !== undefined) throw new McsError('MCS_CLUSTER_ID_CHANGED', `Cannot join as "${clusterID}": this cluster is a member already, as "${other}"`, { hints: [`mcs hub join ${other} --from <context>`, `mcs hub unjoin ${other} --from <context>`] });
  const holder = known.find(({ id, uid }) => id === clusterID && uid !== undefined && uid !== clusterUID);
  if (holder !== undefined) throw new McsError('MCS_CLUSTER_ID_TAKEN', `Cannot join as "${clusterID}": another cluster has that id`, { hints: [`mcs hub join ${clusterID.slice(0, 61)}-2 --from <context>`, 'mcs hub status'] });
}

/** Overlaps with other members. A hub makes no tunnels, so they are no reason to refuse: what is routed is not its business. */
export function compareWithMembers(ranges: ClusterRanges, members: readonly HubMemberSecret[]): TaskOutcome {
  const others = members.flatMap(({ clusterID, config }) => (config === undefined || clusterID === ranges.clusterID ? [] : [config]));
  const overlaps = findCidrConflicts(ranges, others).map((conflict) => describeConflict(conflict, ranges.clusterID));
  return overlaps.length === 0 ? { state: 'done', detail: 'no overlap' } : { state: 'warning', detail: overlaps.join('; ') };
}
