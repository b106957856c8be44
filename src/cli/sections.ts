/** A table under a heading. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What to say where there are no rows. */
  readonly empty: string;
}

/** Longer cells are cut, so that a long list never breaks the table. */
const MAX_CELL = 60;
const GAP = '   ';

function cut(text: string): string {
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 3)}...` : text;
}

/** Columns padded to their widest cell, without trailing blanks. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [columns, ...rows.map((row) => row.map((cell) => (cell === '' ? '-' : cut(cell))))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP).trimEnd()).join('\n');
}

/** Sections under each other; one alone has no heading. */
export function formatSections(sections: readonly Section[]): string {
  const body = ({ columns, rows, empty }: Section): string => (rows.length === 0 ? empty : formatTable(columns, rows));
  if (sections.length === 1 && sections[0] !== undefined) return body(sections[0]);
  const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');
  return sections.map((section) => `${section.title}\n${indent(body(section))}`).join('\n\n');
}
