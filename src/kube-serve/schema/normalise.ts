import { isRecord, type JsonRecord, setKey } from '../json.ts';
import type { Schema } from './schema.ts';

export interface NormaliseOptions {
  /** Drop members that the schema does not know. */
  readonly prune: boolean;
  readonly defaults: boolean;
}

const EMPTY: Schema = {};
const EMBEDDED = ['apiVersion', 'kind', 'metadata'];

/** Schema of a member of an object; undefined where the schema says nothing about that key. */
export function memberSchema(schema: Schema, key: string): Schema | undefined {
  const { additionalProperties, properties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  if (typeof additionalProperties === 'object') return additionalProperties;
  return undefined;
}

/** Whether unknown members of an object stay when the rest is pruned. */
function keepsUnknown(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
}

function isDropped(key: string, schema: Schema, known: Schema | undefined, prune: boolean): boolean {
  if (!prune || known !== undefined || keepsUnknown(schema)) return false;
  return !(schema['x-kubernetes-embedded-resource'] === true && EMBEDDED.includes(key));
}

function addDefaults(target: JsonRecord, schema: Schema, options: NormaliseOptions): void {
  const { properties } = schema;
  for (const key in properties) {
    const member = properties[key];
    if (member?.default !== undefined && target[key] === undefined) setKey(target, key, normalise(member.default, member, options));
  }
}

/** Nothing is pruned inside of what the schema leaves open. */
function within(options: NormaliseOptions, known: Schema | undefined): NormaliseOptions {
  return known === undefined ? { ...options, prune: false } : options;
}

function normaliseRecord(value: JsonRecord, schema: Schema, options: NormaliseOptions): JsonRecord {
  const result: JsonRecord = {};
  for (const key in value) {
    const child = value[key];
    const known = memberSchema(schema, key);
    // absent and null are the same, unless the schema tells them apart
    if (child === undefined || (child === null && known?.nullable !== true)) continue;
    if (!isDropped(key, schema, known, options.prune)) setKey(result, key, normalise(child, known ?? EMPTY, within(options, known)));
  }
  if (options.defaults) addDefaults(result, schema, options);
  return result;
}

/**
 * A copy without nulls and, as asked, with the schema's defaults and without members that it does not
 * know. Frozen parts came out of the store, so they are normal already and are shared.
 */
export function normalise(value: unknown, schema: Schema, options: NormaliseOptions): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => normalise(item, schema.items ?? EMPTY, within(options, schema.items)));
  return isRecord(value) ? normaliseRecord(value, schema, options) : value;
}
