import type { ObjectMeta } from '../../api/types/index.ts';
import { sameJson } from '../json.ts';
import { type FieldSet, isEmptySet, subtractSets, unionSets } from './field-set.ts';
import type { Difference } from './fields-of.ts';

/** metav1.ManagedFieldsEntry */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: 'status';
}

export interface Manager {
  readonly name: string;
  readonly apiVersion: string;
  readonly subresource?: 'status' | undefined;
  readonly time: string;
}

export function managedFieldsOf({ managedFields = [] }: ObjectMeta): readonly ManagedFieldsEntry[] {
  return managedFields as ManagedFieldsEntry[];
}

/** Whether an entry is this manager's for that operation. An applier keeps its fields when it changes the version it uses. */
export function isEntryOf(entry: ManagedFieldsEntry, operation: ManagedFieldsEntry['operation'], manager: Manager): boolean {
  return (
    entry.manager === manager.name &&
    entry.operation === operation &&
    entry.subresource === manager.subresource &&
    (operation === 'Apply' || entry.apiVersion === manager.apiVersion)
  );
}

/** The entry with other fields; its time is that of their last change. */
export function withFields(entry: ManagedFieldsEntry | undefined, operation: ManagedFieldsEntry['operation'], manager: Manager, fields: FieldSet): ManagedFieldsEntry {
  if (entry !== undefined && entry.apiVersion === manager.apiVersion && sameJson(entry.fieldsV1, fields)) return entry;
  const { apiVersion, name, subresource, time } = manager;
  return { manager: name, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: fields, ...(subresource && { subresource }) };
}

function without(entry: ManagedFieldsEntry, fields: FieldSet): ManagedFieldsEntry {
  const left = subtractSets(entry.fieldsV1, fields);
  return left === entry.fieldsV1 ? entry : { ...entry, fieldsV1: left };
}

/** Entries that own something, in the order of real servers: appliers first, then by time and name. */
export function inEntryOrder(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const rank = ({ manager, operation, time }: ManagedFieldsEntry): string => `${operation} ${time} ${manager}`;
  return entries.filter(({ fieldsV1 }) => !isEmptySet(fieldsV1)).sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
}

/** Owners after a write that is no apply: who writes a field owns it alone, and nobody owns what is gone. */
export function trackUpdate(entries: readonly ManagedFieldsEntry[], { changed, removed }: Difference, manager: Manager): readonly ManagedFieldsEntry[] {
  if (isEmptySet(changed) && isEmptySet(removed)) return entries;
  const own = entries.find((entry) => isEntryOf(entry, 'Update', manager));
  const gone = unionSets(changed, removed);
  const others = entries.filter((entry) => entry !== own).map((entry) => without(entry, gone));
  const fields = unionSets(subtractSets(own?.fieldsV1 ?? {}, removed), changed);
  // a changed value counts as a change although the fields are the same
  return inEntryOrder([...others, { ...withFields(own, 'Update', manager, fields), ...(!isEmptySet(changed) && { time: manager.time }) }]);
}
