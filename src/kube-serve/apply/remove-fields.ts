import { isRecord, type JsonRecord } from '../json.ts';
import { memberSchema } from '../schema/normalise.ts';
import type { Schema } from '../schema/schema.ts';
import { type FieldSet, isEmptySet } from './field-set.ts';
import { itemElement } from './list-items.ts';

/** What is to go, and what somebody still wants: a parent of that stays. */
interface Removal {
  readonly gone: FieldSet;
  readonly wanted: FieldSet;
}

function below({ gone, wanted }: Removal, element: string): Removal | undefined {
  const child = gone[element];
  return child && { gone: child, wanted: wanted[element] ?? {} };
}

/** A value without the fields that are to go; undefined where nothing of it is left that anybody wants. */
function reduceValue(value: unknown, schema: Schema | undefined, removal: Removal, isWanted: boolean): unknown {
  if (isEmptySet(removal.gone) || (removal.gone['.'] !== undefined && !isWanted)) return isWanted ? value : undefined;
  const left = isRecord(value) ? removeFields(value, schema, removal) : Array.isArray(value) && schema ? reduceList(value, schema, removal) : value;
  const isEmpty = Array.isArray(left) ? left.length === 0 : isRecord(left) && Object.keys(left).length === 0;
  return isEmpty && !isWanted ? undefined : left;
}

/** An item that stays keeps what identifies it, whoever set that. */
function withoutKeys({ gone, wanted }: Removal, schema: Schema): Removal {
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => `f:${key}`);
  return { gone: Object.fromEntries(Object.entries(gone).filter(([element]) => !keys.includes(element))), wanted };
}

function reduceList(items: readonly unknown[], schema: Schema, removal: Removal): unknown[] {
  return items
    .map((item) => {
      const element = itemElement(schema, item);
      const child = below(removal, element);
      if (child === undefined) return item;
      const isWanted = removal.wanted[element] !== undefined;
      return reduceValue(item, schema.items, isWanted ? withoutKeys(child, schema) : child, isWanted);
    })
    .filter((item) => item !== undefined);
}

/** An object without the fields of `gone`; parents that are empty then go too, unless `wanted` has them. */
export function removeFields(value: JsonRecord, schema: Schema | undefined, removal: Removal): JsonRecord {
  const result: JsonRecord = {};
  for (const key in value) {
    const element = `f:${key}`;
    const child = below(removal, element);
    const left = child ? reduceValue(value[key], schema && memberSchema(schema, key), child, removal.wanted[element] !== undefined) : value[key];
    if (left !== undefined) result[key] = left;
  }
  return result;
}
