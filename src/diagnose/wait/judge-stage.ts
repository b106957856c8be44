import type { Hop, HopId, TracePath } from '../trace/hop.ts';

/** What can be waited for. */
export const STAGES = ['exported', 'imported', 'resolvable', 'reachable'] as const;
export type Stage = (typeof STAGES)[number];

/** The last hop of the way that a stage needs. */
export const LAST_HOP: Readonly<Record<Stage, HopId>> = { exported: 'broker', imported: 'clusterset-ip', resolvable: 'cluster-dns', reachable: 'vip' };

/** Of each group of hops one must have been tested for anybody to say that a stage is reached. */
const PROVING: Readonly<Record<Stage, readonly (readonly HopId[])[]>> = { exported: [['export', 'broker']], imported: [['import']], resolvable: [['name-server']], reachable: [['pod-answer'], ['endpoints']] };

export interface ClusterStage {
  readonly cluster: string;
  readonly isDone: boolean;
  /** How far it is, in a few words. */
  readonly state: string;
}

const describeHop = ({ evidence, title }: Hop): string => `${title}: ${evidence[0] ?? ''}`;

/** What keeps a path from a stage; undefined where nothing does. */
function obstacleOf({ hops }: TracePath, stage: Stage): Hop | undefined {
  const failed = hops.find(({ state }) => state === 'broken');
  if (failed !== undefined) return failed;
  const groups = PROVING[stage].map((ids) => hops.filter(({ id }) => ids.includes(id)));
  return groups.find((group) => group.every(({ state }) => state === 'untested'))?.[0];
}

/** A calling cluster has reached a stage as soon as one exporter's way to it is whole. */
export function judgeCaller(cluster: string, paths: readonly TracePath[], stage: Stage): ClusterStage {
  const obstacles = paths.map((path) => obstacleOf(path, stage));
  if (obstacles.includes(undefined)) return { cluster, isDone: true, state: stage };
  const [first] = obstacles;
  return { cluster, isDone: false, state: first === undefined ? 'nobody exports it yet' : describeHop(first) };
}

/** An exporting cluster has reached the stage when its copy is on the broker. */
export function judgeExporter(cluster: string, path: TracePath | undefined): ClusterStage {
  if (path === undefined) return { cluster, isDone: false, state: 'it does not export the service' };
  const obstacle = obstacleOf(path, 'exported');
  return obstacle === undefined ? { cluster, isDone: true, state: 'exported' } : { cluster, isDone: false, state: describeHop(obstacle) };
}

/** `east: Import: there is no ServiceImport "web"; west: imported` */
export function describeStages(stages: readonly ClusterStage[]): string {
  return stages.length === 0 ? 'no cluster has the namespace or the export yet' : stages.map(({ cluster, state }) => `${cluster}: ${state}`).join('; ');
}
