import type { Schema } from './schema.ts';

/** Short forms for the schemas of built-in kinds. */
export const text: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer', format: 'int32' };
export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
export const intOrString: Schema = { 'x-kubernetes-int-or-string': true };
/** Whatever it is, it stays. */
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

/** Unknown members of built-in kinds stay: these schemas name only what matters here. */
export function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export const textMap = mapOf(text);

/** Replaced as a whole. */
export function atomicMap(schema: Schema): Schema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

export function atomicList(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

/** Of scalars, each owned on its own. */
export function setList(items: Schema = text): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
}

/** Of objects, each owned on its own. The first key is the one of strategic merge patch, unless told. */
export function keyedList(keys: readonly [string, ...string[]], items: Schema, mergeKey: string = keys[0]): Schema {
  return {
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    'x-kubernetes-patch-merge-key': mergeKey,
    'x-kubernetes-patch-strategy': 'merge',
  };
}

export function withDefault(schema: Schema, value: unknown): Schema {
  return { ...schema, default: value };
}

export function described(description: string, schema: Schema): Schema {
  return { ...schema, description };
}
