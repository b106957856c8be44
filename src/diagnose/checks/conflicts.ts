import { WINNER } from '../../api/labels.ts';
import { objectKey } from '../../api/resources.ts';
import type { Condition, ServiceExport, ServiceImport } from '../../api/types/index.ts';
import { isSameSet, membersByID } from '../../inspect/same-set.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { findConflicts } from '../../sync/service/conflicts.ts';
import { orderByPrecedence } from '../../sync/service/merge-records.ts';
import { readBroker } from '../broker-readings.ts';
import { type CheckOutcome, pass, type Suspect, warn } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, memberOf, subjectNameOf } from '../context.ts';

const ID = 'MCS-SD-02';

/** A conflict as one cluster is told of it. */
export interface SeenConflict {
  /** `namespace/name` */
  readonly key: string;
  readonly evidence: string;
  /** Ids of the clusters whose export differs from the one that decides; none where nobody can tell. */
  readonly losers: readonly string[];
}

export interface ConflictScene {
  /** Cluster id and context of who is told. */
  readonly cluster: string;
  readonly context: string;
  /** Names under which the checks of clusters that were read run, by cluster id. */
  readonly names: ReadonlyMap<string, string>;
}

/** An export that disagrees is to be mended where it is; all others that see the conflict refer to there. */
export function judgeConflicts(conflicts: readonly SeenConflict[], { cluster, context, names }: ConflictScene): CheckOutcome {
  if (conflicts.length === 0) return pass();
  const isElsewhere = ({ losers }: SeenConflict): boolean => !losers.includes(cluster) && losers.some((loser) => names.has(loser));
  const own = conflicts.filter((conflict) => !isElsewhere(conflict));
  if (own.length > 0) return warn(own.flatMap((conflict) => linesOf(conflict, cluster)), own.flatMap((conflict) => fixOf(conflict, cluster, context)));
  const suspects = new Set(conflicts.flatMap(({ losers }) => losers));
  return { ...warn(conflicts.flatMap((conflict) => linesOf(conflict, cluster)), conflicts.map(({ key }) => `mcs diff ${key}`)), suspects: [...suspects].flatMap((loser) => suspectOf(names.get(loser))) };
}

function suspectOf(cluster: string | undefined): Suspect[] {
  return cluster === undefined ? [] : [{ cluster, ids: [ID] }];
}

function linesOf({ evidence, losers }: SeenConflict, cluster: string): string[] {
  const others = losers.filter((loser) => loser !== cluster);
  return others.length === 0 ? [evidence] : [evidence, `to be mended in ${others.map((loser) => `"${loser}"`).join(', ')}`];
}

function fixOf({ key, losers }: SeenConflict, cluster: string, context: string): string[] {
  const [namespace = '', name = ''] = key.split('/');
  const diff = `mcs diff ${key}   # then make the exported Services agree`;
  return losers.includes(cluster) ? [diff, `mcs unexport service ${name} -n ${namespace} --context ${context}`] : [diff];
}

const isConflict = ({ type, status }: Condition): boolean => status === 'True' && (type === 'Conflict' || type.endsWith('/Conflict'));

/** A line for what an export or an import says of itself. */
function findTold({ metadata, status }: ServiceExport | ServiceImport): { readonly key: string; readonly evidence: string } | undefined {
  const condition = status?.conditions?.find(isConflict);
  const key = objectKey(metadata);
  return condition && { key, evidence: `${key}: ${condition.type}=${condition.status} ${condition.reason}: ${condition.message}` };
}

/** Exporters that disagree with the one that decides in an importing cluster. */
export function findLosers(records: readonly SyncRecord[], winner: string | undefined): readonly string[] {
  const [first, ...others] = orderByPrecedence(records, winner);
  return first === undefined ? [] : others.filter((record) => findConflicts([first, record]).length > 0).map(({ origin }) => origin.cluster);
}

const winnerOf = (imports: readonly ServiceImport[], key: string): string | undefined => imports.find(({ metadata }) => objectKey(metadata) === key)?.metadata.annotations?.[WINNER];

/** Without the broker: exporters that were read and are not the one that decides, as their own imports have it. */
function guessLosers(context: DiagnoseContext, key: string): readonly string[] {
  const own = memberOf(context);
  return context.fleet.clusters.flatMap(({ state: { member } }) => {
    if (member === undefined || isSameSet(own, member) === false) return [];
    const told = member.exports.find(({ metadata }) => objectKey(metadata) === key);
    const { clusterID } = member.config;
    return told !== undefined && findTold(told) !== undefined && (winnerOf(member.imports, key) ?? clusterID) !== clusterID ? [clusterID] : [];
  });
}

async function readConflicts(context: DiagnoseContext, signal: AbortSignal): Promise<readonly SeenConflict[]> {
  const { exports, imports } = memberOf(context);
  const told = new Map([...imports, ...exports].flatMap((object) => findTold(object) ?? []).map((one) => [one.key, one]));
  if (told.size === 0) return [];
  const broker = await readBroker(context, signal);
  return [...told.values()].map((one) => ({ ...one, losers: broker === undefined ? guessLosers(context, one.key) : findLosers(broker.records.get(one.key) ?? [], winnerOf(imports, one.key)) }));
}

export const conflictChecks: readonly ClusterCheck[] = [
  {
    id: ID,
    title: 'No export is in conflict with another cluster',
    topic: 'service-discovery',
    needs: ['MCS-DEP-01', 'MCS-DEP-09'],
    run: async (context, signal) => {
      const { fleet, cluster } = context;
      const names = new Map([...membersByID(fleet)].map(([id, member]) => [id, subjectNameOf(member, fleet)]));
      return judgeConflicts(await readConflicts(context, signal), { cluster: memberOf(context).config.clusterID, context: cluster.context, names });
    },
  },
];
