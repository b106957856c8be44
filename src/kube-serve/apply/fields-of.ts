import { isRecord, type JsonRecord, sameJson } from '../json.ts';
import { memberSchema } from '../schema/normalise.ts';
import type { Schema } from '../schema/schema.ts';
import { type FieldSet, isEmptySet, itemNode, LEAF, NO_FIELDS } from './field-set.ts';
import { isAtomicMap, itemElement, itemsByElement, listKind } from './list-items.ts';

function isGranular(value: unknown, schema: Schema | undefined): value is JsonRecord {
  return isRecord(value) && !isAtomicMap(schema);
}

function isItemList(value: unknown, schema: Schema | undefined): value is unknown[] {
  return Array.isArray(value) && listKind(schema) !== 'atomic';
}

function itemFields(schema: Schema, item: unknown): FieldSet {
  return listKind(schema) === 'map' && isRecord(item) ? itemNode(fieldsOf(item, schema.items)) : LEAF;
}

function nodeOf(value: unknown, schema: Schema | undefined): FieldSet {
  if (isGranular(value, schema)) return fieldsOf(value, schema);
  if (!isItemList(value, schema) || schema === undefined) return LEAF;
  return Object.fromEntries(value.map((item) => [itemElement(schema, item), itemFields(schema, item)]));
}

/** All fields that an object has. */
export function fieldsOf(value: JsonRecord, schema: Schema | undefined): FieldSet {
  const fields: Record<string, FieldSet> = {};
  for (const key in value) {
    if (value[key] !== undefined) fields[`f:${key}`] = nodeOf(value[key], schema && memberSchema(schema, key));
  }
  return fields;
}

/** What differs between two states of an object. */
export interface Difference {
  /** Added, or with another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

interface Found {
  readonly changed?: FieldSet;
  readonly removed?: FieldSet;
}

class Collector {
  readonly changed: Record<string, FieldSet> = {};
  readonly removed: Record<string, FieldSet> = {};

  add(element: string, { changed, removed }: Found): void {
    if (changed) this.changed[element] = changed;
    if (removed) this.removed[element] = removed;
  }

  get found(): Found {
    return { ...(!isEmptySet(this.changed) && { changed: this.changed }), ...(!isEmptySet(this.removed) && { removed: this.removed }) };
  }
}

function compareRecords(old: JsonRecord, next: JsonRecord, schema: Schema | undefined): Found {
  const collector = new Collector();
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (old[key] !== next[key]) collector.add(`f:${key}`, compareValues(old[key], next[key], schema && memberSchema(schema, key)));
  }
  return collector.found;
}

function compareItem(old: unknown, next: unknown, schema: Schema): Found {
  if (old === undefined) return { changed: itemFields(schema, next) };
  if (next === undefined) return { removed: itemFields(schema, old) };
  return isRecord(old) && isRecord(next) ? compareRecords(old, next, schema.items) : {};
}

function compareLists(old: readonly unknown[], next: readonly unknown[], schema: Schema): Found {
  const collector = new Collector();
  const [before, after] = [itemsByElement(schema, old), itemsByElement(schema, next)];
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(element) !== after.get(element)) collector.add(element, compareItem(before.get(element), after.get(element), schema));
  }
  return collector.found;
}

function compareValues(old: unknown, next: unknown, schema: Schema | undefined): Found {
  if (old === undefined) return next === undefined ? {} : { changed: nodeOf(next, schema) };
  if (next === undefined) return { removed: nodeOf(old, schema) };
  if (isGranular(old, schema) && isGranular(next, schema)) return compareRecords(old, next, schema);
  if (schema !== undefined && isItemList(old, schema) && isItemList(next, schema)) return compareLists(old, next, schema);
  return sameJson(old, next) ? {} : { changed: nodeOf(next, schema) };
}

/** Compares two states of an object, field by field as its schema divides them. */
export function compareFields(old: JsonRecord, next: JsonRecord, schema: Schema | undefined): Difference {
  const { changed = NO_FIELDS, removed = NO_FIELDS } = compareRecords(old, next, schema);
  return { changed, removed };
}
