import { isRecord, type JsonRecord } from '../json.ts';
import { memberSchema } from '../schema/normalise.ts';
import type { Schema } from '../schema/schema.ts';
import { isAtomicMap, itemElement, itemsByElement, listKind } from './list-items.ts';

function mergeRecords(live: JsonRecord, applied: JsonRecord, schema: Schema | undefined): JsonRecord {
  const merged = { ...live };
  for (const key in applied) merged[key] = mergeValues(live[key], applied[key], schema && memberSchema(schema, key));
  return merged;
}

/** What stands keeps its place; what is new comes after it, in the applied order. */
function mergeLists(live: readonly unknown[], applied: readonly unknown[], schema: Schema): unknown[] {
  const wanted = itemsByElement(schema, applied);
  const known = new Set<string>();
  const kept = live.map((item) => {
    const element = itemElement(schema, item);
    known.add(element);
    return wanted.has(element) ? mergeValues(item, wanted.get(element), schema.items) : item;
  });
  return [...kept, ...[...wanted].filter(([element]) => !known.has(element)).map(([, item]) => item)];
}

/** The live value with the applied one laid over it, as deep as the schema lets fields be owned apart. */
export function mergeValues(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (applied === undefined) return live;
  if (isRecord(live) && isRecord(applied) && !isAtomicMap(schema)) return mergeRecords(live, applied, schema);
  if (Array.isArray(live) && Array.isArray(applied) && schema !== undefined && listKind(schema) !== 'atomic') return mergeLists(live, applied, schema);
  return applied;
}
