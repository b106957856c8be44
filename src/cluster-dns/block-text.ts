/** What stands in one of our blocks. */
export interface BlockWish {
  readonly zones: readonly string[];
  /** Port on which the cluster's own server listens in its pods. */
  readonly port: number;
  /** Address of our name server. */
  readonly upstream: string;
  /** Addresses to listen on, where the other blocks name some. */
  readonly bind?: readonly string[];
}

export type TextEdit =
  | { readonly kind: 'text'; readonly text: string; readonly notes: readonly string[] }
  /** The marks are not a pair, so it cannot be told what is ours. */
  | { readonly kind: 'damaged' };

/** How a text ended before our block was put behind it; undefined where that is the usual newline. */
export type TextEnd = string | undefined;

/** How server blocks of ours stand in a text: their marks, and where they belong. */
export interface BlockStyle {
  /** The marks, as they are told to a person. */
  readonly marks: readonly [string, string];
  /** Whether a text carries the marks, whole or not. */
  readonly hasMarks: (text: string) => boolean;
  /** Brings our block about. Lines of others are kept. */
  readonly wire: (text: string, wish: BlockWish) => TextEdit;
  /** Takes exactly our block out. A text without one is given back as it is. */
  readonly unwire: (text: string, end?: TextEnd) => TextEdit;
  /** What `unwire` is to be told of a text that has none of our blocks yet. */
  readonly endOf?: (text: string) => TextEnd;
}

/** Lines with their ends, so that joining them gives the text again, byte for byte. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Leads a line that stood inside of our server block, where it has no other place. */
export const MOVED = '# moved by mcs out of its block: ';

/** What a person is told of lines that were moved out. */
export function noteOfMoved(moved: readonly string[]): string[] {
  if (moved.length === 0) return [];
  const shown = moved.map((line) => line.replace(MOVED, '').trim()).slice(0, 5);
  return [`${moved.length === 1 ? 'a line that is' : `${moved.length} lines that are`} not ours stood in the block and now stand${moved.length === 1 ? 's' : ''} below it: ${shown.join(' | ')}`];
}
