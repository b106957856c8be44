import type { ResourceDefinition } from '../resource-definition.ts';
import type { FieldCause } from '../status-error.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

interface NameForm {
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly rule: string;
}

const FORMS: Readonly<Record<NonNullable<ResourceDefinition['nameForm']>, NameForm>> = {
  label: {
    pattern: LABEL,
    maxLength: 63,
    rule: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  },
  service: {
    pattern: SERVICE,
    maxLength: 63,
    rule: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  },
  subdomain: {
    pattern: SUBDOMAIN,
    maxLength: 253,
    rule: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  },
  path: { pattern: /^(?!\.{1,2}$)[^/%]+$/, maxLength: Number.POSITIVE_INFINITY, rule: "may not be '.' or '..', nor contain '/' or '%'" },
};

/** What is wrong with an object's name. */
export function nameCauses(form: ResourceDefinition['nameForm'], name: string): readonly FieldCause[] {
  const { maxLength, pattern, rule } = FORMS[form ?? 'subdomain'];
  const field = 'metadata.name';
  if (name === '') return [{ field, message: 'Required value: name or generateName is required', reason: 'FieldValueRequired' }];
  if (name.length > maxLength) return [{ field, message: `Invalid value: "${name}": must be no more than ${maxLength} characters` }];
  return pattern.test(name) ? [] : [{ field, message: `Invalid value: "${name}": ${rule}` }];
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return key.length <= 63 && QUALIFIED.test(key);
  const prefix = key.slice(0, slash);
  const name = key.slice(slash + 1);
  return prefix.length <= 253 && SUBDOMAIN.test(prefix) && name.length <= 63 && QUALIFIED.test(name);
}

const KEY_RULE = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function keyCauses(field: string, keys: readonly string[], fold: (key: string) => string): FieldCause[] {
  return keys.filter((key) => !isQualifiedName(fold(key))).map((key) => ({ field, message: `Invalid value: "${key}": ${KEY_RULE}` }));
}

/** What is wrong with labels. */
export function labelCauses(labels: Readonly<Record<string, string>> = {}): readonly FieldCause[] {
  const field = 'metadata.labels';
  const causes = keyCauses(field, Object.keys(labels), (key) => key);
  for (const value of Object.values(labels)) {
    if (typeof value !== 'string') causes.push({ field, message: `Invalid value: ${JSON.stringify(value)}: must be a string` });
    else if (value.length > 63) causes.push({ field, message: `Invalid value: "${value}": must be no more than 63 characters` });
    else if (value !== '' && !QUALIFIED.test(value)) causes.push({ field, message: `Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'` });
  }
  return causes;
}

const MAX_ANNOTATIONS = 256 * 1024;

/** What is wrong with annotations. */
export function annotationCauses(annotations: Readonly<Record<string, string>> = {}): readonly FieldCause[] {
  const field = 'metadata.annotations';
  const causes = keyCauses(field, Object.keys(annotations), (key) => key.toLowerCase());
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== 'string') return [...causes, { field, message: `Invalid value: ${JSON.stringify(value)}: must be a string` }];
    size += key.length + value.length;
  }
  return size > MAX_ANNOTATIONS ? [...causes, { field, message: `Too long: may not be more than ${MAX_ANNOTATIONS} bytes` }] : causes;
}
