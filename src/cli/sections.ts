/** A table under a heading. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What to say where there are no rows. */
  readonly empty: string;
}

const GAP = '   ';
const INDENT = '  ';
/** Between a heading and its cell where they stand in one line. */
const RECORD_GAP = 2;
/** A column is not made narrower than this: a table that does not fit then has its rows under each other. */
const MIN_COLUMN = 16;

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 3)}...` : text;
}

/** The widest that any column may be, for the table to fit into `width`. */
function widestColumn(widths: readonly number[], width: number): number {
  const room = width - GAP.length * (widths.length - 1);
  const used = (limit: number): number => widths.reduce((sum, each) => sum + Math.min(each, limit), 0);
  let limit = Math.max(MIN_COLUMN, ...widths);
  while (limit > MIN_COLUMN && used(limit) > room) limit -= 1;
  return limit;
}

/** A text in lines of a width, broken at blanks where there are any. */
function wrap(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const blank = text.lastIndexOf(' ', width);
  const end = blank > 0 ? blank : width;
  return [text.slice(0, end), ...wrap(text.slice(end).trimStart(), width)];
}

/** A line or more for each cell, with its heading: loses nothing, however narrow the terminal. */
function formatRecords(columns: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const label = Math.max(...columns.map(({ length }) => length)) + RECORD_GAP;
  const room = Math.max(MIN_COLUMN / 2, width - label);
  const cellLines = (cell: string, column: number): readonly string[] => wrap(cell, room).map((line, index) => `${(index === 0 ? (columns[column] ?? '') : '').padEnd(label)}${line}`);
  return rows.map((row) => row.flatMap(cellLines).join('\n')).join('\n\n');
}

/**
 * Columns padded to their widest cell, without trailing blanks. Where a width is given, the widest cells
 * are cut until the table fits; where it never would, each row becomes lines under each other.
 */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[], width = Infinity): string {
  const filled = rows.map((row) => row.map((cell) => (cell === '' ? '-' : cell)));
  const cells = [columns, ...filled];
  const natural = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const narrowest = natural.reduce((sum, each) => sum + Math.min(each, MIN_COLUMN), GAP.length * (natural.length - 1));
  if (narrowest > width && rows.length > 0) return formatRecords(columns, filled, width);
  const limit = widestColumn(natural, width);
  const widths = natural.map((each) => Math.min(each, limit));
  return cells.map((row) => row.map((cell, column) => cut(cell, limit).padEnd(widths[column] ?? 0)).join(GAP).trimEnd()).join('\n');
}

/** Sections under each other; one alone has no heading. `width` is that of the terminal, if there is one. */
export function formatSections(sections: readonly Section[], width = Infinity): string {
  const body = ({ columns, rows, empty }: Section, room: number): string => (rows.length === 0 ? empty : formatTable(columns, rows, room));
  if (sections.length === 1 && sections[0] !== undefined) return body(sections[0], width);
  const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, INDENT);
  return sections.map((section) => `${section.title}\n${indent(body(section, width - INDENT.length))}`).join('\n\n');
}
