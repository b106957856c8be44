import type { ObjectSelector } from './types/index.ts';

/** One requirement of a label selector; `values` is empty for Exists and DoesNotExist. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

export type LabelSelector = readonly Requirement[];

/** A selector that matches everything. */
export const EVERYTHING: LabelSelector = [];

const SET_BASED = /^\s*([^\s!=,()]+)\s+(in|notin)\s*\(([^)]*)\)\s*$/;
const EQUALITY = /^\s*([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)\s*$/;
const EXISTENCE = /^\s*(!?)\s*([^\s!=,()]+)\s*$/;

function parseRequirement(text: string): Requirement {
  const set = SET_BASED.exec(text);
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = EQUALITY.exec(text);
  if (equality) {
    return { key: equality[1] ?? '', operator: equality[2] === '!=' ? 'NotIn' : 'In', values: [equality[3] ?? ''] };
  }
  const existence = EXISTENCE.exec(text);
  if (existence) return { key: existence[2] ?? '', operator: existence[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] };
  throw new SyntaxError(`Cannot parse label selector: "${text}" is no requirement`);
}

/**
 * Parses the string form of label selectors: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 * An empty text selects everything. Throws SyntaxError.
 */
export function parseLabelSelector(text: string): LabelSelector {
  if (text.trim() === '') return EVERYTHING;
  // commas inside parentheses separate values, not requirements
  return text.split(/,(?![^(]*\))/).map(parseRequirement);
}

function matchesRequirement({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn': // as in Kubernetes, a missing label satisfies NotIn
      return value === undefined || !values.includes(value);
  }
}

/** Whether labels satisfy every requirement. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labels));
}

/** The string form of `{key: value}`, for list and watch requests. */
export function labelsToSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** What an object's selector says, or why it says nothing. */
export type SelectorReading = { readonly selector: LabelSelector } | { readonly problem: string };

const OPERATORS: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'] satisfies Requirement['operator'][];
const NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const LABEL_KEY = new RegExp(`^(?:[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${NAME}$`);
const LABEL_VALUE = new RegExp(`^(?:${NAME})?$`);

function problemOf({ key, operator, values }: { key: unknown; operator: unknown; values: unknown }): string | undefined {
  if (typeof key !== 'string' || !LABEL_KEY.test(key)) return `${quote(key)} is no label key`;
  if (typeof operator !== 'string' || !OPERATORS.includes(operator)) return `operator ${quote(operator)} of "${key}" is none of ${OPERATORS.join(', ')}`;
  if (!Array.isArray(values)) return `values of "${key}" are no list`;
  const isSetBased = operator === 'In' || operator === 'NotIn';
  if (isSetBased !== values.length > 0) return `operator "${operator}" of "${key}" needs ${isSetBased ? 'values' : 'no values'}`;
  const wrong = values.findIndex((value) => typeof value !== 'string' || !LABEL_VALUE.test(value));
  return wrong < 0 ? undefined : `${quote(values[wrong])} of "${key}" is no label value`;
}

function quote(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the selector of an object (metav1.LabelSelector); none, or an empty one, selects everything.
 * What is stored may be older than the validation of its kind, so anything may come; nothing is thrown.
 */
export function readObjectSelector(selector: ObjectSelector | null | undefined): SelectorReading {
  if (!isRecord(selector ?? {})) return { problem: `${quote(selector)} is no label selector` };
  const labels: unknown = selector?.matchLabels ?? {};
  const expressions: unknown = selector?.matchExpressions ?? [];
  if (!isRecord(labels)) return { problem: 'matchLabels is no map' };
  if (!Array.isArray(expressions)) return { problem: 'matchExpressions is no list' };
  const equal = Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  const setBased = expressions.map((expression: unknown) => {
    const { key, operator, values } = isRecord(expression) ? expression : {};
    return { key, operator, values: values ?? [] };
  });
  const requirements = [...equal, ...setBased];
  const problem = requirements.map(problemOf).find((text) => text !== undefined);
  return problem === undefined ? { selector: requirements as Requirement[] } : { problem };
}

/** The string form of an object's selector; `everything` for an empty one. */
export function formatSelector(selector: ObjectSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  });
  return [...equal, ...expressions].join(',') || 'everything';
}

/** An object's selector of the string form that `parseLabelSelector` reads. Throws SyntaxError. */
export function toObjectSelector(text: string): ObjectSelector {
  const requirements = parseLabelSelector(text);
  const isEqual = ({ operator, values }: Requirement): boolean => operator === 'In' && values.length === 1;
  const equal = requirements.filter(isEqual);
  // two values of one key are two requirements, and matchLabels has room for one
  const isUnique = new Set(equal.map(({ key }) => key)).size === equal.length;
  const inLabels = isUnique ? equal : [];
  const others = requirements.filter((requirement) => !inLabels.includes(requirement));
  const selector: ObjectSelector = {
    ...(inLabels.length > 0 && { matchLabels: Object.fromEntries(inLabels.map(({ key, values }) => [key, values[0] ?? ''])) }),
    ...(others.length > 0 && { matchExpressions: others.map(({ key, operator, values }) => ({ key, operator, ...(values.length > 0 && { values: [...values] }) })) }),
  };
  const reading = readObjectSelector(selector);
  if ('problem' in reading) throw new SyntaxError(`Cannot parse label selector: ${reading.problem}`);
  return selector;
}
