import { type Document, isMap, isNode, isSeq, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import type { KubeObject } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Finding, Place } from './finding.ts';

export type FieldPath = readonly (string | number)[];

/** An object and where it stands. */
export interface LocatedObject {
  readonly object: KubeObject;
  readonly file: string;
  /** Place of a field, or of the nearest one around it that is there. */
  at(path: FieldPath): Place;
}

export interface ParsedFile {
  readonly objects: readonly LocatedObject[];
  readonly findings: readonly Finding[];
}

/** The objects of a YAML stream (or JSON text), those of Lists too, each with its place. Never throws. */
export function parseFile(file: string, text: string): ParsedFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'error' }); // it would print warnings by itself
  const parsed = [...documents].map((document) => parseDocument(file, document, lines));
  const cure = text.includes('{{') ? { fix: 'templates are rendered first: helm template <chart> | mcs lint -' } : {};
  return { objects: parsed.flatMap(({ objects }) => objects), findings: parsed.flatMap(({ findings }) => findings.map((finding) => ({ ...finding, ...cure }))) };
}

function placeOf(lines: LineCounter, offset: number | undefined): Place {
  const { line, col } = lines.linePos(offset ?? 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function yamlFinding(file: string, lines: LineCounter, { message, pos }: YAMLError): Finding {
  return {
    severity: 'error',
    rule: 'yaml',
    file,
    ...placeOf(lines, pos[0]),
    message: (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, ''),
  };
}

function parseDocument(file: string, document: Document.Parsed, lines: LineCounter): ParsedFile {
  const [error] = document.errors; // the others follow from it, as a rule
  if (error !== undefined) return { objects: [], findings: [yamlFinding(file, lines, error)] };
  const start = placeOf(lines, document.contents?.range[0]);
  const bad = (message: string): ParsedFile => ({ objects: [], findings: [{ severity: 'error', rule: 'yaml', file, ...start, message }] });
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return bad(errorMessage(error)); // aliases that lead nowhere, or that would grow without end
  }
  if (value === null || value === undefined) return { objects: [], findings: [] };
  return readObjects(file, value, (path) => placeOf(lines, offsetOf(document, path)));
}

/** Offset of a field's key, or of an item of a list; else of what is around it. */
function offsetOf(document: Document.Parsed, path: FieldPath): number | undefined {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0];
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(part)) : undefined;
    const item = pair?.key ?? (isSeq(node) ? node.items[Number(part)] : undefined);
    if (item === undefined) break;
    if (isNode(item)) offset = item.range?.[0] ?? offset;
    node = pair === undefined ? item : pair.value;
  }
  return offset;
}

function readObjects(file: string, value: unknown, at: (path: FieldPath) => Place): ParsedFile {
  const { apiVersion, kind, items } = (typeof value === 'object' ? value : {}) as Partial<Record<string, unknown>>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    return { objects: [], findings: [{ severity: 'error', rule: 'yaml', file, ...at([]), message: 'This is no Kubernetes object: apiVersion or kind is missing' }] };
  }
  if (!kind.endsWith('List') || !Array.isArray(items)) return { objects: [{ object: value as KubeObject, file, at }], findings: [] };
  const parsed = items.map((item, index) => readObjects(file, item, (path) => at(['items', index, ...path])));
  return { objects: parsed.flatMap(({ objects }) => objects), findings: parsed.flatMap(({ findings }) => findings) };
}
