import type { ServiceImport } from '../api/types/index.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import type { WantedCondition } from './conditions.ts';

export const REJECTED = 'mcs.clusterset.local/Rejected';
/** Every condition type that is written to ServiceImports. */
export const IMPORT_CONDITION_TYPES: readonly string[] = ['Ready', REJECTED];

export interface ImportState {
  readonly serviceImport: ServiceImport;
  /** Whether this cluster has no IP family in common with the service. */
  readonly hasNoFamily: boolean;
  readonly rejections: readonly Rejection[];
}

type Body = Pick<WantedCondition, 'status' | 'reason' | 'message'>;

/** Conditions of an aggregated ServiceImport. */
export function importConditions(state: ImportState): WantedCondition[] {
  const observedGeneration = state.serviceImport.metadata.generation ?? 0;
  const bodies: [string, Body | undefined][] = [
    ['Ready', readiness(state)],
    [REJECTED, rejection(state)],
  ];
  return bodies.flatMap(([type, body]) => (body === undefined ? [] : [{ type, observedGeneration, ...body }]));
}

function readiness({ serviceImport: { spec }, hasNoFamily }: ImportState): Body {
  if (hasNoFamily) return { status: 'False', reason: 'IPFamilyNotSupported', message: 'This cluster has none of the IP families of the service' };
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
