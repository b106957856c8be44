import type { JsonRecord } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { type FieldSet, intersectSets, isEmptySet, pathsOf, subtractSets, unionSets } from './field-set.ts';
import { compareFields, fieldsOf } from './fields-of.ts';
import { inEntryOrder, isEntryOf, type ManagedFieldsEntry, type Manager, withFields } from './managed-fields.ts';
import { mergeValues } from './merge-values.ts';
import { removeFields } from './remove-fields.ts';

export interface ApplyRequest {
  /** The managed part of what stands; empty for a new object. */
  readonly live: JsonRecord;
  readonly entries: readonly ManagedFieldsEntry[];
  /** The managed part of what is applied. */
  readonly applied: JsonRecord;
  readonly schema: Schema | undefined;
  readonly manager: Manager;
}

export interface FieldConflict {
  readonly manager: ManagedFieldsEntry;
  /** As `.spec.replicas`. */
  readonly field: string;
}

export interface ApplyOutcome {
  readonly merged: JsonRecord;
  /** Owners, if the applier takes over what is in conflict. */
  readonly entries: readonly ManagedFieldsEntry[];
  readonly conflicts: readonly FieldConflict[];
}

/**
 * Server-side apply: lays the applied fields over what stands, takes away what this manager applied
 * before and does not any more (unless somebody else owns it too), and tells which fields of others
 * would get another value. Fields that are set to the value that they have are owned together.
 */
export function applyConfiguration({ applied, entries, live, manager, schema }: ApplyRequest): ApplyOutcome {
  const own = entries.find((entry) => isEntryOf(entry, 'Apply', manager));
  const others = entries.filter((entry) => entry !== own);
  const fields = fieldsOf(applied, schema);
  const merged = mergeValues(live, applied, schema) as JsonRecord;
  const { changed } = compareFields(live, merged, schema);
  const contested = others.map((entry) => ({ entry, fields: intersectSets(entry.fieldsV1, changed) })).filter((each) => !isEmptySet(each.fields));
  const left = others.map((entry) => ({ ...entry, fieldsV1: subtractSets(entry.fieldsV1, changed) }));
  const wanted = others.reduce<FieldSet>((all, entry) => unionSets(all, entry.fieldsV1), fields);
  const gone = subtractSets(own?.fieldsV1 ?? {}, wanted);
  return {
    merged: isEmptySet(gone) ? merged : removeFields(merged, schema, { gone, wanted }),
    entries: inEntryOrder([...left, withFields(own, 'Apply', manager, fields)]),
    conflicts: contested.flatMap((each) => pathsOf(each.fields).map((field) => ({ manager: each.entry, field }))),
  };
}
