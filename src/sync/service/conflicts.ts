import type { SyncRecord } from '../record.ts';
import { describePorts } from './merge-ports.ts';
import { formatPlacement } from './placement.ts';

/** Reasons of the Conflict condition, as the MCS API has them. */
export type ConflictReason =
  | 'TypeConflict'
  | 'PortConflict'
  | 'SessionAffinityConflict'
  | 'SessionAffinityConfigConflict'
  | 'LabelsConflict'
  | 'AnnotationsConflict'
  | 'InternalTrafficPolicyConflict'
  | 'TrafficDistributionConflict'
  | 'IPFamilyConflict'
  /** Of mcs's own: the MCS API knows no placement. */
  | 'PlacementConflict';

export interface ServiceConflict {
  readonly reason: ConflictReason;
  readonly message: string;
}

interface Rule {
  readonly reason: ConflictReason;
  readonly subject: string;
  /** Text that is the same for exporters that agree. */
  readonly value: (record: SyncRecord) => string;
  /** Values that may be long or confidential are compared, not shown. */
  readonly isHidden?: boolean;
}

function canonical(map: object | undefined): string {
  return JSON.stringify(Object.entries(map ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** KEP-1645, C3, C5 and C6: whatever exporters must agree on. */
const RULES: readonly Rule[] = [
  { reason: 'TypeConflict', subject: 'types', value: ({ kind }) => kind },
  { reason: 'PortConflict', subject: 'ports', value: ({ ports }) => describePorts(ports) },
  { reason: 'SessionAffinityConflict', subject: 'session affinities', value: ({ traffic }) => traffic.sessionAffinity },
  { reason: 'SessionAffinityConfigConflict', subject: 'session affinity settings', value: ({ traffic }) => JSON.stringify(traffic.sessionAffinityConfig ?? null) },
  { reason: 'LabelsConflict', subject: 'exported labels', value: ({ exportedLabels }) => canonical(exportedLabels), isHidden: true },
  { reason: 'AnnotationsConflict', subject: 'exported annotations', value: (record) => canonical(record.exportedAnnotations), isHidden: true },
  { reason: 'InternalTrafficPolicyConflict', subject: 'internal traffic policies', value: ({ traffic }) => traffic.internalTrafficPolicy },
  { reason: 'TrafficDistributionConflict', subject: 'traffic distributions', value: ({ traffic }) => traffic.trafficDistribution ?? 'unset' },
  // traffic of one family would reach a part of the backends only
  { reason: 'IPFamilyConflict', subject: 'IP families', value: ({ ipFamilies }) => ipFamilies.toSorted().join(', ') },
  { reason: 'PlacementConflict', subject: 'placement policies', value: ({ placement }) => formatPlacement(placement) },
];

function describe({ subject, value, isHidden }: Rule, [winner, ...others]: readonly SyncRecord[]): string | undefined {
  if (winner === undefined) return undefined;
  const wanted = value(winner);
  const differing = others.filter((record) => value(record) !== wanted);
  if (differing.length === 0) return undefined;
  const show = (record: SyncRecord): string => (isHidden ? record.origin.cluster : `${record.origin.cluster} has ${value(record)}`);
  const listed = differing.slice(0, 5).map(show);
  if (differing.length > listed.length) listed.push(`${differing.length - listed.length} more`);
  return `${subject} differ: ${listed.join('; ')}; ${show(winner)}${isHidden ? ' decides' : ', which decides'}`;
}

/** Everything that the exporters, in order of precedence, disagree on. The same for all who ask. */
export function findConflicts(records: readonly SyncRecord[]): ServiceConflict[] {
  return RULES.flatMap((rule) => {
    const message = describe(rule, records);
    return message === undefined ? [] : [{ reason: rule.reason, message }];
  });
}

/** All of them in one condition, of which the MCS API has one for each object. */
export function describeConflicts(conflicts: readonly ServiceConflict[]): { readonly reason: string; readonly message: string } {
  return { reason: conflicts.map(({ reason }) => reason).join(','), message: conflicts.map(({ message }) => message).join('\n') };
}
