import type { KubeObject } from '../../api/types/index.ts';
import type { PrinterColumn } from '../resource-definition.ts';
import { ageOf } from './human-duration.ts';
import { parseJsonPath } from './json-path.ts';

type Cell = string | number | boolean | null;
type CellOf = (object: KubeObject, now: number) => Cell;

export const NAME_COLUMN: PrinterColumn = { name: 'Name', type: 'string', format: 'name', value: ({ metadata }) => metadata.name };
export const AGE_COLUMN: PrinterColumn = { name: 'Age', type: 'string', value: ({ metadata }, now) => ageOf(metadata.creationTimestamp, now) };

/** Columns of a kind that says nothing about them. */
export const DEFAULT_COLUMNS: readonly PrinterColumn[] = [NAME_COLUMN, AGE_COLUMN];

function asCell(value: unknown, { type }: PrinterColumn, now: number): Cell {
  if (value === undefined || value === null) return null;
  if (type === 'date') return ageOf(typeof value === 'string' ? value : undefined, now);
  if (typeof value === 'number' || typeof value === 'boolean') return type === 'string' ? String(value) : value;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function pathCell(column: PrinterColumn): CellOf {
  const read = parseJsonPath(column.jsonPath ?? '');
  return (object, now) => asCell(read?.(object)[0], column, now);
}

function cellOf(column: PrinterColumn): CellOf {
  const { value } = column;
  return value === undefined ? pathCell(column) : (object, now) => value(object, now) ?? null;
}

/** Which part of each object a Table carries along: kubectl asks for metadata. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

function rowObject(object: KubeObject, include: IncludeObject): unknown {
  if (include === 'Object') return object;
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata };
}

export interface TableOptions {
  readonly columns: readonly PrinterColumn[];
  readonly include: IncludeObject;
  readonly now: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** False in a watch after its first event, as a real server does. */
  readonly withDefinitions?: boolean;
}

/** meta.k8s.io/v1 Table of some objects: what `kubectl get` prints. */
export function renderTable(objects: readonly KubeObject[], { columns, include, metadata, now, withDefinitions = true }: TableOptions): object {
  const cells = columns.map(cellOf);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withDefinitions
      ? columns.map(({ description = '', format = '', name, priority = 0, type }) => ({ name, type: type === 'date' ? 'date' : type, format, description, priority }))
      : null,
    rows: objects.map((object) => ({
      cells: cells.map((read) => read(object, now)),
      ...(include !== 'None' && { object: rowObject(object, include) }),
    })),
  };
}
