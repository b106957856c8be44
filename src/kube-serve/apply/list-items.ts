import { isRecord } from '../json.ts';
import type { Schema } from '../schema/schema.ts';

export type ListKind = 'atomic' | 'set' | 'map';

/** How items of a list are owned and merged. A list that no schema tells about is one value. */
export function listKind(schema: Schema | undefined): ListKind {
  return schema?.['x-kubernetes-list-type'] ?? 'atomic';
}

export function isAtomicMap(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-map-type'] === 'atomic';
}

function keyElement(schema: Schema, item: unknown): string {
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort();
  const fields = isRecord(item) ? item : {};
  const entries = keys.map((key) => [key, fields[key] ?? schema.items?.properties?.[key]?.default]);
  return `k:${JSON.stringify(Object.fromEntries(entries.filter(([, value]) => value !== undefined)))}`;
}

/** What identifies an item of a list of kind `set` or `map`: its element in fieldsV1. */
export function itemElement(schema: Schema, item: unknown): string {
  return listKind(schema) === 'set' ? `v:${JSON.stringify(item)}` : keyElement(schema, item);
}

/** Items by what identifies them, in their order. */
export function itemsByElement(schema: Schema, items: readonly unknown[]): Map<string, unknown> {
  return new Map(items.map((item) => [itemElement(schema, item), item]));
}
