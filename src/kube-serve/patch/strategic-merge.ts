import { isRecord, type JsonRecord, sameJson, setKey } from '../json.ts';
import { memberSchema } from '../schema/normalise.ts';
import type { Schema } from '../schema/schema.ts';
import { refusal } from '../status-error.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

function mergeKeyOf(schema: Schema | undefined): string | undefined {
  return schema?.['x-kubernetes-patch-strategy']?.includes('merge') ? schema['x-kubernetes-patch-merge-key'] : undefined;
}

function isMergedList(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-patch-strategy']?.includes('merge') === true;
}

function withoutDirectives(patch: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

function keyOf(item: unknown, mergeKey: string): unknown {
  const key = isRecord(item) ? item[mergeKey] : undefined;
  if (key === undefined) throw refusal('BadRequest', `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  return key;
}

/** Items that the order does not name keep their place among themselves, after the named ones. */
function inOrder(items: readonly unknown[], order: unknown, identify: (item: unknown) => unknown): unknown[] {
  if (!Array.isArray(order)) return [...items];
  const rank = (item: unknown): number => {
    const index = order.findIndex((each) => sameJson(identify(each), identify(item)));
    return index < 0 ? order.length : index;
  };
  return items.map((item, index) => ({ item, index })).sort((left, right) => rank(left.item) - rank(right.item) || left.index - right.index).map(({ item }) => item);
}

function mergeKeyedList(target: readonly unknown[], patch: readonly unknown[], schema: Schema | undefined, mergeKey: string): unknown[] {
  if (patch.some((item) => isRecord(item) && item[DIRECTIVE] === 'replace')) return patch.filter((item) => !(isRecord(item) && item[DIRECTIVE] === 'replace'));
  let items = [...target];
  for (const change of patch) {
    const key = keyOf(change, mergeKey);
    const index = items.findIndex((item) => isRecord(item) && item[mergeKey] === key);
    if ((change as JsonRecord)[DIRECTIVE] === 'delete') items = items.filter((_, at) => at !== index);
    else if (index < 0) items.push(strategicMerge({}, change, schema?.items));
    else items[index] = strategicMerge(items[index], change, schema?.items);
  }
  return inMergedOrder(items, patch.map((item) => keyOf(item, mergeKey)), target.map((item) => keyOf(item, mergeKey)), mergeKey);
}

/**
 * Patched items in the order of the patch, the others in theirs; a patched one waits only for those
 * that stood before it. So new items come first, as on real servers.
 */
function inMergedOrder(items: readonly unknown[], patched: readonly unknown[], standing: readonly unknown[], mergeKey: string): unknown[] {
  const key = (item: unknown): unknown => (item as JsonRecord)[mergeKey];
  const others = items.filter((item) => !patched.includes(key(item)));
  const left = items.filter((item) => patched.includes(key(item))).sort((a, b) => patched.indexOf(key(a)) - patched.indexOf(key(b)));
  const result: unknown[] = [];
  for (const item of left) {
    const place = standing.indexOf(key(item));
    while (others.length > 0 && place >= 0 && standing.indexOf(key(others[0])) < place) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

function mergeScalars(target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return [...target, ...patch.filter((item) => !target.some((each) => sameJson(each, item)))];
}

function mergeList(target: unknown, patch: readonly unknown[], schema: Schema | undefined): unknown[] {
  if (!isMergedList(schema)) return [...patch];
  const current = Array.isArray(target) ? (target as unknown[]) : [];
  const mergeKey = mergeKeyOf(schema);
  return mergeKey === undefined ? mergeScalars(current, patch) : mergeKeyedList(current, patch, schema, mergeKey);
}

function identifierOf(schema: Schema | undefined): (item: unknown) => unknown {
  const mergeKey = mergeKeyOf(schema);
  return (item) => (mergeKey !== undefined && isRecord(item) ? item[mergeKey] : item);
}

function applyListDirectives(result: JsonRecord, patch: JsonRecord, schema: Schema | undefined): void {
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM_LIST)) {
      const name = key.slice(DELETE_FROM_LIST.length);
      const gone = Array.isArray(value) ? (value as unknown[]) : [];
      if (Array.isArray(result[name])) result[name] = result[name].filter((item: unknown) => !gone.some((each) => sameJson(each, item)));
    } else if (key.startsWith(SET_ORDER)) {
      const name = key.slice(SET_ORDER.length);
      if (Array.isArray(result[name])) result[name] = inOrder(result[name], value, identifierOf(schema && memberSchema(schema, name)));
    }
  }
}

function retainKeys(result: JsonRecord, patch: JsonRecord): JsonRecord {
  const retained = patch[RETAIN_KEYS];
  return Array.isArray(retained) ? Object.fromEntries(Object.entries(result).filter(([key]) => retained.includes(key))) : result;
}

function mergeRecord(target: JsonRecord, patch: JsonRecord, schema: Schema | undefined): JsonRecord {
  const result: JsonRecord = { ...target };
  for (const [key, value] of Object.entries(withoutDirectives(patch))) {
    if (value === null) Reflect.deleteProperty(result, key);
    else setKey(result, key, strategicMerge(result[key], value, schema && memberSchema(schema, key)));
  }
  applyListDirectives(result, patch, schema);
  return retainKeys(result, patch);
}

/**
 * Strategic merge patch: like a merge patch, but lists with a merge key in the schema are merged item
 * by item, with the directives `$patch`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder`.
 */
export function strategicMerge(target: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(patch)) return mergeList(target, patch, schema);
  if (!isRecord(patch)) return patch;
  if (patch[DIRECTIVE] === 'replace') return withoutDirectives(patch);
  if (patch[DIRECTIVE] === 'delete') return {};
  return mergeRecord(isRecord(target) ? target : {}, patch, schema);
}
