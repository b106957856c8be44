import type { MirrorOptionTable } from './option-table.ts';
import { PRESETS } from './option-table.ts';

/** Flags of every mirror, whatever its preset. */
export const COMMON_OPTIONS = {
  preset: { type: 'string', values: PRESETS, summary: 'Take the flags, names and marks of service-reflector (reflector) or of k8-cross-cluster-controller (cross-cluster)' },
  name: { type: 'string', helpValue: '<label>', summary: 'Name of this mirror: it owns what it writes under it (default: default; with a preset service-reflector or cross-cluster-controller)' },
  endpoints: { type: 'boolean', summary: 'Write Endpoints objects too, for readers that know no EndpointSlices' },
} as const satisfies MirrorOptionTable;
