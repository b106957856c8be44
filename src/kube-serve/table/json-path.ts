import { isRecord } from '../json.ts';

type Step = (values: readonly unknown[]) => unknown[];

export type JsonPath = (value: unknown) => readonly unknown[];

const TOKEN = /\.?\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]|\[['"]([^'"]+)['"]\]|\[(\*|-?\d+)\]|\.(\*|(?:\\.|[^.[\]\\])+)/gy;

function membersOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return isRecord(value) ? Object.values(value) : [];
}

function member(name: string): Step {
  return (values) => values.map((value) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined)).filter((value) => value !== undefined);
}

function item(index: number): Step {
  return (values) => values.map((value) => (Array.isArray(value) ? (value.at(index) as unknown) : undefined)).filter((value) => value !== undefined);
}

const every: Step = (values) => values.flatMap(membersOf);

function filter(path: string, wanted: string): Step {
  const read = path.split('.').map(member);
  const matches = (value: unknown): boolean => read.reduce<unknown[]>((found, step) => step(found), [value]).some((found) => String(found) === wanted);
  return (values) => values.flatMap((value) => membersOf(value).filter(matches));
}

function stepOf(match: RegExpExecArray): Step {
  const [, path, double, single, bare, quoted, index, name] = match;
  if (path !== undefined) return filter(path, double ?? single ?? bare ?? '');
  if (quoted !== undefined) return member(quoted);
  if (index !== undefined) return index === '*' ? every : item(Number(index));
  return name === '*' ? every : member((name ?? '').replaceAll(/\\(.)/g, '$1'));
}

/**
 * The part of JSONPath that printer columns use: `.a.b`, `['a']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`.
 * Undefined for what it cannot read.
 */
export function parseJsonPath(path: string): JsonPath | undefined {
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    steps.push(stepOf(match));
  }
  return (value) => steps.reduce<unknown[]>((values, step) => step(values), [value]);
}
