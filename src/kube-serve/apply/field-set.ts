/**
 * Fields of an object as `fieldsV1` of managedFields writes them: `f:<name>` for members, `k:<keys>` and
 * `v:<value>` for list items. A node without children is a field that is owned as a whole; a node
 * with children owns itself too if it has the child `.`.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

const SELF = '.';
export const NO_FIELDS: FieldSet = {};
/** A field that is owned as a whole. */
export const LEAF: FieldSet = {};

export function isEmptySet(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

function ownsItself(node: FieldSet): boolean {
  return isEmptySet(node) || node[SELF] !== undefined;
}

/** A node of children, owned itself or not; undefined if that is nothing. */
function node(owned: boolean, children: Readonly<Record<string, FieldSet>>): FieldSet | undefined {
  if (isEmptySet(children)) return owned ? LEAF : undefined;
  return owned ? { [SELF]: LEAF, ...children } : children;
}

/** A list item: owned itself, with the fields in it. */
export function itemNode(children: FieldSet): FieldSet {
  return isEmptySet(children) ? LEAF : { [SELF]: LEAF, ...children };
}

type Combine = (left: FieldSet | undefined, right: FieldSet | undefined) => FieldSet | undefined;

function combineChildren(left: FieldSet, right: FieldSet, combine: Combine): Record<string, FieldSet> {
  const result: Record<string, FieldSet> = {};
  for (const element of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (element === SELF) continue;
    const combined = combine(left[element], right[element]);
    if (combined !== undefined) result[element] = combined;
  }
  return result;
}

const unionNodes: Combine = (left, right) => {
  if (left === undefined || right === undefined) return left ?? right;
  return node(ownsItself(left) || ownsItself(right), combineChildren(left, right, unionNodes));
};

const differenceNodes: Combine = (left, right) => {
  if (left === undefined || right === undefined) return left;
  return node(ownsItself(left) && !ownsItself(right), combineChildren(left, right, differenceNodes));
};

const intersectionNodes: Combine = (left, right) => {
  if (left === undefined || right === undefined) return undefined;
  return node(ownsItself(left) && ownsItself(right), combineChildren(left, right, intersectionNodes));
};

/** Fields of either. */
export function unionSets(left: FieldSet, right: FieldSet): FieldSet {
  return isEmptySet(left) ? right : isEmptySet(right) ? left : combineChildren(left, right, unionNodes);
}

/** Fields of the first that the second lacks. */
export function subtractSets(left: FieldSet, right: FieldSet): FieldSet {
  return isEmptySet(left) || isEmptySet(right) ? left : combineChildren(left, right, differenceNodes);
}

/** Fields of both. */
export function intersectSets(left: FieldSet, right: FieldSet): FieldSet {
  return combineChildren(left, right, intersectionNodes);
}

function showElement(element: string): string {
  if (element.startsWith('f:')) return `.${element.slice(2)}`;
  if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
  const keys = JSON.parse(element.slice(2)) as Record<string, unknown>;
  return `[${Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** Paths of all fields, as conflicts name them: `.spec.ports[port=80,protocol="TCP"].name`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  return Object.entries(set).flatMap(([element, child]) => {
    if (element === SELF) return [prefix];
    const path = prefix + showElement(element);
    return isEmptySet(child) ? [path] : pathsOf(child, path);
  });
}
