import type { Condition, ServiceImport } from '../api/types/index.ts';
import { describeConflicts, type ServiceConflict } from '../sync/service/conflicts.ts';
import { REFLECTED_CONDITION, type Unreflected } from '../sync/service/reflected-service.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import type { WantedCondition } from '../api/conditions.ts';
import type { ImportObstacle } from './wanted-import.ts';

export const REJECTED = 'mcs.clusterset.local/Rejected';
/** False where the connection to an exporter fails. */
export const REACHABLE = 'mcs.clusterset.local/Reachable';
/** True where the exporters disagree: clusters that only import have no export that would tell. */
export const CONFLICT = 'mcs.clusterset.local/Conflict';
/** Every condition type that is written to ServiceImports. */
export const IMPORT_CONDITION_TYPES: readonly string[] = ['Ready', REJECTED, REACHABLE, CONFLICT, REFLECTED_CONDITION];

export interface ImportState {
  readonly serviceImport: ServiceImport;
  readonly obstacle?: ImportObstacle;
  /** Why the last try to write the import's objects failed. */
  readonly failure?: string;
  readonly rejections: readonly Rejection[];
  /** Exporters whose connection fails, and those whose endpoints are in use all the same. */
  readonly unreachable: readonly string[];
  /** Node of a gateway whose agent does not report, so that nothing is known of its connections. */
  readonly silentGateway?: string | undefined;
  readonly placed: readonly string[];
  /** What the exporters disagree on. */
  readonly conflicts: readonly ServiceConflict[];
  /** Undefined while it is not known what is to be reflected. */
  readonly unreflected?: readonly Unreflected[] | undefined;
}

type Body = Pick<WantedCondition, 'status' | 'reason' | 'message'>;

/** Conditions of an aggregated ServiceImport. */
export function importConditions(state: ImportState): WantedCondition[] {
  const observedGeneration = state.serviceImport.metadata.generation ?? 0;
  const bodies: [string, Body | undefined][] = [
    ['Ready', readiness(state)],
    [REJECTED, rejection(state)],
    [REACHABLE, reachability(state)],
    [CONFLICT, conflict(state)],
    [REFLECTED_CONDITION, reflection(state)],
  ];
  return bodies.flatMap(([type, body]) => (body === undefined ? [] : [{ type, observedGeneration, ...body }]));
}

const OBSTACLES: Readonly<Record<ImportObstacle, string>> = {
  IPFamilyNotSupported: 'This cluster has none of the IP families of the service',
  ForeignService: 'A Service that mcs did not make has the name of the derived Service, and is left alone',
};

function readiness({ serviceImport: { spec }, obstacle, failure }: ImportState): Body {
  if (obstacle !== undefined) return { status: 'False', reason: obstacle, message: OBSTACLES[obstacle] };
  if (failure !== undefined) return { status: 'False', reason: 'Failed', message: `Cannot write the objects of the import: ${failure}` };
  if (spec.type === 'ClusterSetIP' && (spec.ips ?? []).length === 0) {
    return { status: 'False', reason: 'Pending', message: 'The derived Service has no ClusterIP yet' };
  }
  return { status: 'True', reason: 'Ready', message: 'The service can be used' };
}

const SHOWN = 10;

function rejection({ rejections }: ImportState): Body | undefined {
  const [first] = rejections;
  if (first === undefined) return undefined;
  const lines = rejections.map(({ object, reason, message }) => `${object}: ${message} (${reason})`).toSorted();
  if (lines.length > SHOWN) lines.splice(SHOWN, lines.length, `and ${lines.length - SHOWN} more`);
  return { status: 'True', reason: first.reason, message: lines.join('\n') };
}

/** Nothing is said while all exporters agree. */
function conflict({ conflicts }: ImportState): Body | undefined {
  return conflicts.length === 0 ? undefined : { status: 'True', ...describeConflicts(conflicts) };
}

/** Nothing is said while all exporters can be reached. */
function reachability({ unreachable, silentGateway, placed }: ImportState): Body | undefined {
  if (unreachable.length === 0) return undefined;
  const effect = (cluster: string): string => (placed.includes(cluster) ? 'its endpoints stay, for no other cluster has a ready one' : 'its endpoints are withdrawn while others offer the service');
  const why = silentGateway === undefined ? '' : ` (the gateway agent of node "${silentGateway}" does not report)`;
  const lines = unreachable.toSorted().map((cluster) => `The connection to cluster "${cluster}" fails${why}; ${effect(cluster)}`);
  return { status: 'False', reason: 'ConnectionFailed', message: lines.join('\n') };
}

/** Nothing is said while nothing is missing; while it is not known what is wanted, what an earlier run said stays. */
function reflection({ serviceImport: { status }, unreflected }: ImportState): Body | undefined {
  if (unreflected === undefined) return standingBody(status?.conditions);
  const [first] = unreflected;
  if (first === undefined) return undefined;
  const lines = unreflected.map(({ cluster, message }) => `The service of cluster "${cluster}" is not reflected: ${message}`).toSorted();
  return { status: 'False', reason: first.reason, message: lines.join('\n') };
}

function standingBody(conditions: readonly Condition[] = []): Body | undefined {
  const found = conditions.find(({ type }) => type === REFLECTED_CONDITION);
  return found && { status: found.status, reason: found.reason, message: found.message };
}
