import { parseAllDocuments } from 'yaml';
import { BugError } from '../base/errors.ts';
import { APP_NAME, APP_VERSION, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../api/labels.ts';
import type { UnknownObject } from '../api/types/index.ts';
import type { TemplateSource } from './templates.ts';

/** Value of the ownership label on what the deployers write. */
export const DEPLOYER = 'deployer';

export type TemplateValue = string | number | boolean;
export type TemplateVars = Readonly<Record<string, TemplateValue>>;

const VARIABLE = /\$\{([A-Za-z][A-Za-z0-9]*)\}/g;
const WHOLE = /^\$\{([A-Za-z][A-Za-z0-9]*)\}$/;

function valueOf(name: string, vars: TemplateVars): TemplateValue {
  const value = Object.hasOwn(vars, name) ? vars[name] : undefined;
  if (value === undefined) throw new BugError(`Cannot render template: variable "${name}" is not set`);
  return value;
}

function substituteText(text: string, vars: TemplateVars): TemplateValue {
  const whole = WHOLE.exec(text);
  if (whole) return valueOf(whole[1] ?? '', vars); // keeps the type of the value
  return text.replaceAll(VARIABLE, (_match, name: string) => String(valueOf(name, vars)));
}

/**
 * Puts the variables into the scalars of parsed YAML. It happens after parsing, so that no value,
 * whatever it holds, becomes structure.
 */
export function substitute(node: unknown, vars: TemplateVars): unknown {
  if (typeof node === 'string') return substituteText(node, vars);
  if (Array.isArray(node)) return node.map((item) => substitute(item, vars));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, substitute(value, vars)]));
}

function parse(name: string, text: string): unknown[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error) throw new BugError(`Cannot parse template "${name}": ${error.message}`, error);
    return document.toJS() as unknown;
  });
}

/** Adds the labels by which `mcs` knows what it made. */
export function withOwnership(object: UnknownObject, version: string): UnknownObject {
  const { labels, ...meta } = object.metadata;
  const ours = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: DEPLOYER, [APP_NAME]: 'mcs', [APP_VERSION]: version };
  return { ...object, metadata: { ...meta, labels: { ...labels, ...ours } } };
}

/** The objects of a template, `member/dns.yaml` say, in their order. `version` goes into their labels. */
export async function renderTemplate(source: TemplateSource, name: string, vars: TemplateVars & { version: string }): Promise<UnknownObject[]> {
  const documents = parse(name, await source.read(name));
  return documents.map((document) => withOwnership(substitute(document, vars) as UnknownObject, vars.version));
}
