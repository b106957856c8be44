import { type LabelSelector, matchesLabels, parseLabelSelector } from '../../api/selectors.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { valueAt } from '../json.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { refusal } from '../status-error.ts';
import type { Selection } from './types.ts';

interface FieldRequirement {
  readonly path: readonly string[];
  readonly value: string;
  readonly equal: boolean;
}

/** A selection ready for use. */
export interface Matcher {
  readonly namespace: string | undefined;
  /** Set where only one name can match. */
  readonly name: string | undefined;
  /** Whether anything but the namespace counts. */
  readonly selective: boolean;
  matches(object: KubeObject): boolean;
}

const COMMON_FIELDS = ['metadata.name', 'metadata.namespace'];
const FIELD_TERM = /^([^=!]+)(==|!=|=)(.*)$/;

function parseFieldTerm(definition: ResourceDefinition, term: string): FieldRequirement {
  const [, path = '', operator, value = ''] = FIELD_TERM.exec(term) ?? [];
  if (operator === undefined) throw refusal('BadRequest', `unable to parse field selector: invalid selector: '${term}'; can't understand '${term}'`);
  if (!COMMON_FIELDS.includes(path) && !definition.selectableFields?.includes(path)) {
    throw refusal('BadRequest', `field label not supported: ${path}`);
  }
  return { path: path.split('.'), value, equal: operator !== '!=' };
}

function parseFields(definition: ResourceDefinition, selector: string): readonly FieldRequirement[] {
  return selector.split(',').filter((term) => term !== '').map((term) => parseFieldTerm(definition, term.trim()));
}

function parseLabels(selector: string): LabelSelector {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    throw refusal('BadRequest', `unable to parse requirement: ${(error as Error).message}`);
  }
}

function fieldText(object: KubeObject, path: readonly string[]): string {
  const value = valueAt(object, path);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Reads the selectors of a list or watch. Throws 400 for what cannot be parsed or is no selectable field. */
export function createMatcher(definition: ResourceDefinition, { fieldSelector = '', labelSelector = '', namespace }: Selection): Matcher {
  const labels = parseLabels(labelSelector);
  const fields = parseFields(definition, fieldSelector);
  const named = fields.find(({ equal, path }) => equal && path.join('.') === 'metadata.name');
  return {
    namespace: namespace === '' ? undefined : namespace,
    name: named?.value,
    selective: labels.length > 0 || fields.length > 0,
    matches: (object) =>
      (labels.length === 0 || matchesLabels(labels, object.metadata.labels)) &&
      fields.every(({ equal, path, value }) => (fieldText(object, path) === value) === equal),
  };
}
