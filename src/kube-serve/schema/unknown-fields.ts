import { isRecord } from '../json.ts';
import { memberSchema } from './normalise.ts';
import type { Schema } from './schema.ts';

const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata'];

function isOpen(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true || schema['x-kubernetes-embedded-resource'] === true;
}

/** Paths of what pruning drops: `spec.foo`, `spec.ports[0].bar`. */
export function unknownFields(value: unknown, schema: Schema, path = ''): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item: unknown, index) => unknownFields(item, items, `${path}[${index}]`));
  }
  if (!isRecord(value)) return [];
  return Object.keys(value).flatMap((key) => {
    if (path === '' && OBJECT_FIELDS.includes(key)) return [];
    const at = path === '' ? key : `${path}.${key}`;
    const known = memberSchema(schema, key);
    if (known !== undefined) return unknownFields(value[key], known, at);
    return isOpen(schema) ? [] : [at];
  });
}
