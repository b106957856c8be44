import { describeConflicts, type ServiceConflict } from '../sync/service/conflicts.ts';
import { describeInvalid, type ExportProblem } from '../sync/service/export-problem.ts';
import type { IgnoredSetting } from '../sync/service/service-record.ts';
import type { WantedCondition } from '../api/conditions.ts';

export interface ExportState {
  readonly generation: number;
  readonly service: string;
  readonly problem?: ExportProblem;
  /** Whether the broker holds what is exported. */
  readonly isStored: boolean;
  /** Last failure to write to the broker. */
  readonly failure?: string;
  readonly conflicts: readonly ServiceConflict[];
  readonly unroutable: { readonly left: number; readonly total: number; readonly cluster: string };
  /** A ServiceImport of that name that somebody else made stands in this cluster. */
  readonly hasForeignImport: boolean;
  /** Why the last try to import the service in this cluster failed. */
  readonly importFailure?: string;
  /** What the ServiceExport asks for and cannot have. */
  readonly ignored: readonly IgnoredSetting[];
}

export const ENDPOINTS_ROUTABLE = 'mcs.clusterset.local/EndpointsRoutable';
export const IMPORTED_HERE = 'mcs.clusterset.local/ImportedHere';
export const SETTINGS_ACCEPTED = 'mcs.clusterset.local/SettingsAccepted';
/** Every condition type that is written to ServiceExports. */
export const EXPORT_CONDITION_TYPES: readonly string[] = ['Valid', 'Ready', 'Conflict', ENDPOINTS_ROUTABLE, IMPORTED_HERE, SETTINGS_ACCEPTED];

type Body = Pick<WantedCondition, 'status' | 'reason' | 'message'>;

/** Conditions of a ServiceExport, with the reasons of the MCS API. */
export function exportConditions(state: ExportState): WantedCondition[] {
  const bodies: [string, Body | undefined][] = [
    ['Valid', validity(state)],
    ['Ready', readiness(state)],
    ['Conflict', conflict(state)],
    [ENDPOINTS_ROUTABLE, routability(state)],
    [IMPORTED_HERE, importability(state)],
    [SETTINGS_ACCEPTED, acceptance(state)],
  ];
  return bodies.flatMap(([type, body]) => (body === undefined ? [] : [{ type, observedGeneration: state.generation, ...body }]));
}

function validity({ problem, service }: ExportState): Body {
  const invalid = describeInvalid(problem, service);
  if (invalid !== undefined) return { status: 'False', ...invalid };
  return { status: 'True', reason: 'Valid', message: 'The Service can be exported' };
}

function readiness({ problem, isStored, failure }: ExportState): Body {
  if (problem === 'NoAddress') return { status: 'False', reason: 'Pending', message: 'The Service has no ClusterIP yet' };
  if (problem !== undefined) return { status: 'False', reason: 'Pending', message: 'The Service cannot be exported as it is' };
  if (failure !== undefined) return { status: 'False', reason: 'Failed', message: `Cannot write to the broker: ${failure}` };
  if (!isStored) return { status: 'False', reason: 'Pending', message: 'The broker does not hold the Service yet' };
  return { status: 'True', reason: 'Exported', message: 'The broker holds the Service' };
}

function conflict({ conflicts }: ExportState): Body {
  if (conflicts.length === 0) return { status: 'False', reason: 'NoConflicts', message: 'All exporters agree' };
  return { status: 'True', ...describeConflicts(conflicts) };
}

function routability({ unroutable: { left, total, cluster } }: ExportState): Body | undefined {
  if (left === 0) return undefined;
  const message = `${left} of ${total} endpoints lie outside the ranges granted to cluster "${cluster}" and are not exported`;
  return { status: 'False', reason: 'EndpointsNotRoutable', message };
}

function acceptance({ ignored }: ExportState): Body | undefined {
  if (ignored.length === 0) return undefined;
  return { status: 'False', reason: ignored.map(({ reason }) => reason).join(','), message: ignored.map(({ message }) => message).join('\n') };
}

function importability({ hasForeignImport, importFailure, service }: ExportState): Body | undefined {
  if (!hasForeignImport) return importFailure === undefined ? undefined : { status: 'False', reason: 'Failed', message: `Cannot write the import of "${service}" in this cluster: ${importFailure}` };
  return { status: 'False', reason: 'ForeignServiceImport', message: `A ServiceImport "${service}" that mcs did not make stands in this cluster and is left alone` };
}
