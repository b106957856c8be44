import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isRecord, type JsonRecord } from '../json.ts';
import type { FieldCause } from '../status-error.ts';
import type { Schema } from './schema.ts';

export type Validator = (value: unknown) => readonly FieldCause[];

const NESTED = ['items', 'additionalProperties', 'not'] as const;
const LISTS = ['anyOf', 'allOf', 'oneOf'] as const;

/** JSON Schema has no word for `x-kubernetes-int-or-string`; the rest is the same language. */
function toJsonSchema(schema: Schema): JsonRecord {
  const { default: _default, nullable, properties, type, ...rest } = schema;
  const result: JsonRecord = { ...rest };
  if (type !== undefined) result.type = nullable === true ? [type, 'null'] : type;
  if (schema['x-kubernetes-int-or-string'] === true) result.type = ['integer', 'string'];
  if (properties) result.properties = Object.fromEntries(Object.entries(properties).map(([key, member]) => [key, toJsonSchema(member)]));
  for (const key of NESTED) if (isRecord(rest[key])) result[key] = toJsonSchema(rest[key]);
  for (const key of LISTS) if (rest[key]) result[key] = rest[key].map(toJsonSchema);
  if (rest.enum && nullable === true) result.enum = [...rest.enum, null];
  return result;
}

/** `/spec/ports/0/port` as `spec.ports[0].port`. */
function fieldPath(pointer: string): string {
  const parts = pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

type Translate = (error: ErrorObject, field: string) => FieldCause;

const TRANSLATIONS: Readonly<Record<string, Translate>> = {
  required: ({ params }, field) => {
    const missing = String((params as { missingProperty?: string }).missingProperty);
    return { field: field === '' ? missing : `${field}.${missing}`, message: 'Required value', reason: 'FieldValueRequired' };
  },
  enum: ({ data, params }, field) => {
    const allowed = (params as { allowedValues: unknown[] }).allowedValues.map(show).join(', ');
    return { field, message: `Unsupported value: ${show(data)}: supported values: ${allowed}`, reason: 'FieldValueNotSupported' };
  },
  type: ({ data, params }, field) => ({
    field,
    message: `Invalid value: "${typeName(data)}": ${field} in body must be of type ${asText((params as { type: unknown }).type)}: "${typeName(data)}"`,
    reason: 'FieldValueTypeInvalid',
  }),
  pattern: ({ data, params }, field) => ({ field, message: `Invalid value: ${show(data)}: ${field} in body should match '${(params as { pattern: string }).pattern}'` }),
  maxItems: ({ data, params }, field) => {
    const { limit } = params as { limit: number };
    return { field, message: `Too many: ${Array.isArray(data) ? data.length : 0}: must have at most ${limit} items` };
  },
};

function translate(error: ErrorObject): FieldCause {
  const field = fieldPath(error.instancePath);
  const known = TRANSLATIONS[error.keyword];
  return known?.(error, field) ?? { field, message: `Invalid value: ${show(error.data)}: ${field} in body ${error.message ?? 'is not valid'}` };
}

/** Checks objects against a structural schema; compiled at the first use. CEL rules (`x-kubernetes-validations`) are not evaluated. */
export function createValidator(schema: Schema): Validator {
  let compiled: ValidateFunction | undefined;
  const compile = (): ValidateFunction => {
    const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, verbose: true, logger: false });
    return ajv.compile(toJsonSchema(schema));
  };
  return (value) => {
    compiled ??= compile();
    return compiled(value) ? [] : (compiled.errors ?? []).map(translate);
  };
}
