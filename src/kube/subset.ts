import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../api/types/index.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** API servers drop empty lists and nulls when they store an object. */
const isNothing = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/**
 * Whether every field of `desired` holds in `actual`, which may have more of them: defaults of the
 * server, labels of others. Lists must be as long and in the same order; their items may have more fields.
 */
export function isSubset(desired: unknown, actual: unknown): boolean {
  if (isNothing(desired)) return isNothing(actual);
  if (Array.isArray(desired)) {
    return Array.isArray(actual) && actual.length === desired.length && desired.every((item, index) => isSubset(item, actual[index]));
  }
  if (!isFields(desired)) return Object.is(desired, actual);
  if (!isFields(actual)) return false;
  return Object.entries(desired).every(([key, value]) => value === undefined || isSubset(value, actual[key]));
}

/** An object without what changes with every write or is written by controllers. */
function contentOf(object: KubeObject): Fields {
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object as KubeObject & { status?: unknown };
  return { ...rest, metadata };
}

/** Whether two versions of an object say the same, status and bookkeeping apart. */
export function isSameContent(a: KubeObject, b: KubeObject): boolean {
  return isDeepStrictEqual(contentOf(a), contentOf(b));
}
