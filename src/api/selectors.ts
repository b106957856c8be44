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
