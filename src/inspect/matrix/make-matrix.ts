import { describeUnread, type Fleet, type FleetMember, nameOf, type UnreadContext } from '../survey-fleet.ts';
import type { Aspect, MatrixCluster } from './aspect.ts';
import { findAsymmetry } from './asymmetry.ts';
import { type ControlState, judgeControl } from './judge-control.ts';
import { type DataAspect, judgeData } from './judge-data.ts';
import { type DnsState, judgeDns } from './judge-dns.ts';

/** The way from one cluster to another. */
export interface MatrixPair {
  readonly from: string;
  readonly to: string;
  /** Both are on one broker and live. */
  readonly control: Aspect<ControlState>;
  /** Names of the set resolve in `from`. */
  readonly dns: Aspect<DnsState>;
  readonly data: DataAspect;
  /** What the two ends of the tunnel disagree in; absent where they agree. */
  readonly asymmetry?: 'state' | 'rtt';
}

/**
 * N x N: all ordered pairs of different clusters, by `from`, then by `to`, in the order of `clusters`.
 * docs/schemas/matrix.schema.json describes it as JSON.
 */
export interface MatrixReport {
  readonly clusters: readonly MatrixCluster[];
  readonly pairs: readonly MatrixPair[];
  /** Contexts whose cluster could not be read; one that others know is among `clusters` all the same. */
  readonly unread: readonly UnreadContext[];
  readonly leftOut: Fleet['leftOut'];
}

/** Clusters by what identifies them in the matrix; the state is absent where one is known from others only. */
type Known = MatrixCluster & { readonly read?: FleetMember };

function readMembers({ clusters }: Fleet): readonly Known[] {
  const members = clusters.filter(({ state }) => state.member !== undefined);
  const count = Map.groupBy(members, nameOf);
  return members.map((read) => {
    const clusterID = nameOf(read);
    // two clusters with one id are a fault that must not hide one of them
    return { cluster: (count.get(clusterID)?.length ?? 0) > 1 ? `${clusterID} (${read.context})` : clusterID, clusterID, context: read.context, read };
  });
}

function heardOf({ clusters }: Fleet): ReadonlySet<string> {
  const ends = clusters.flatMap(({ state }) => state.member?.dataPlane?.endpoints ?? []).map(({ spec }) => spec.cluster_id);
  const members = clusters.flatMap(({ state }) => state.broker?.members ?? []).map(({ clusterID }) => clusterID);
  return new Set([...ends, ...members]);
}

function findClusters(fleet: Fleet): readonly Known[] {
  const read = readMembers(fleet);
  const others = [...heardOf(fleet)].filter((id) => !read.some(({ clusterID }) => clusterID === id)).toSorted();
  return [...read, ...others.map((id) => ({ cluster: id, clusterID: id }))];
}

function makePair(fleet: Fleet, from: Known, to: Known): MatrixPair {
  const data = judgeData(from.read, from, to.read, to);
  const asymmetry = findAsymmetry(data, judgeData(to.read, to, from.read, from));
  return { from: from.cluster, to: to.cluster, control: judgeControl(fleet, from, to), dns: judgeDns(from.read), data, ...(asymmetry !== undefined && { asymmetry }) };
}

/** Who reaches whom, over the clusters that were read and those that they know of. */
export function makeMatrix(fleet: Fleet): MatrixReport {
  const known = findClusters(fleet);
  return {
    clusters: known.map(({ read: _read, ...cluster }) => cluster),
    pairs: known.flatMap((from) => known.filter((to) => to !== from).map((to) => makePair(fleet, from, to))),
    unread: fleet.unread.map(describeUnread),
    leftOut: fleet.leftOut,
  };
}
