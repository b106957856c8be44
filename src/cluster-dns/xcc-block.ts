import { type BlockStyle, type BlockWish, MOVED, noteOfMoved, splitLines, type TextEdit, type TextEnd } from './block-text.ts';
import { depthChange, parseServerKey, readLine } from './corefile.ts';

const BEGIN = '### BEGIN CROSS CLUSTER CONNECTIVITY';
const END = '### END CROSS CLUSTER CONNECTIVITY';

/** As the patcher of cross-cluster-connectivity writes it, byte for byte, where CoreDNS listens on port 53 of all addresses. */
function zoneLines(zone: string, { port, upstream, bind = [] }: BlockWish): string[] {
  const listen = bind.length > 0 ? [`    bind ${bind.join(' ')}`] : [];
  return [`${zone}${port === 53 ? '' : `:${port}`} {`, ...listen, `    forward . ${upstream}`, '    reload', '}'];
}

const blockLines = (wish: BlockWish): string[] => [BEGIN, ...wish.zones.flatMap((zone) => zoneLines(zone, wish)), END];

interface Pair {
  readonly first: number;
  /** The line of the end mark. */
  readonly last: number;
}

/** Pairs of marks in their order; each begins after the one before has ended. */
function findPairs(lines: readonly string[]): readonly Pair[] | 'damaged' {
  const pairs: Pair[] = [];
  let first: number | undefined;
  for (const [index, line] of lines.entries()) {
    const mark = line.trim();
    if (mark === BEGIN && first !== undefined) return 'damaged';
    if (mark === BEGIN) first = index;
    if (mark !== END) continue;
    if (first === undefined) return 'damaged';
    pairs.push({ first, last: index });
    first = undefined;
  }
  return first === undefined ? pairs : 'damaged';
}

/** What stands between marks, cut into server blocks and what is outside of them; undefined where a brace is missing. */
function cutBlocks(inside: readonly string[]): string[][] | undefined {
  const parts: string[][] = [];
  let depth = 0;
  for (const line of inside) {
    if (depth === 0) parts.push([]);
    parts.at(-1)?.push(line);
    depth += depthChange(readLine(line));
    if (depth < 0) return undefined;
  }
  return depth === 0 ? parts : undefined;
}

const isOwnLine = (line: string): boolean => /^\s*(?:forward \. \S+|reload|bind .*)?\s*$/.test(line);
const toComment = (line: string): string => (line.trim() === '' ? '' : line.trim().startsWith('#') ? line : line.replace(/^\s*/, MOVED));

/** Where a server block forwards that has the shape of the patcher's: one zone, forward and reload. Undefined for any other. */
function upstreamOf(part: readonly string[]): string | undefined {
  const [header, ...body] = part.map((line) => readLine(line));
  const isShaped = header?.opens === true && header.tokens.length === 1 && body.some(({ tokens }) => tokens[0] === 'reload');
  return isShaped ? body.find(({ tokens }) => tokens[0] === 'forward')?.tokens[2] : undefined;
}

const isFor = (part: readonly string[], wanted: readonly string[]): boolean => readLine(part[0] ?? '').tokens.some((key) => wanted.includes(parseServerKey(key).zone));

/** Lines of a server block, or of what is none, that are not ours, fit to stand outside of the marks. Ours, of whichever suffixes, forward to one address. */
function foreignLines(part: readonly string[], wanted: readonly string[], ours: string | undefined): readonly string[] {
  const [header = ''] = part;
  const body = part.slice(1, -1);
  const { tokens, opens } = readLine(header);
  if (!opens) return [toComment(header)].filter((line) => line !== '');
  if (!isFor(part, wanted) && (ours === undefined || upstreamOf(part) !== ours)) return part;
  const edited = body.filter((line) => !isOwnLine(line));
  const lead = tokens.length === 1 ? [] : [header];
  return [...lead, ...edited].map(toComment).filter((line) => line !== '');
}

interface Taken {
  readonly rest: string;
  readonly moved: readonly string[];
  /** Nothing of anybody stands behind our block. */
  readonly isLast: boolean;
}

/** The text without our blocks; what somebody put into them stands in the place of each. */
function takeOut(lines: readonly string[], pairs: readonly Pair[], wanted: readonly string[]): Taken | 'damaged' {
  const moved: string[] = [];
  const kept: string[] = [];
  let next = 0;
  for (const { first, last } of pairs) {
    const parts = cutBlocks(lines.slice(first + 1, last));
    if (parts === undefined) return 'damaged';
    const [ours] = [...parts.filter((part) => isFor(part, wanted)), ...parts].map(upstreamOf).filter((upstream) => upstream !== undefined);
    const foreign = parts.flatMap((part) => foreignLines(part, wanted, ours));
    kept.push(...lines.slice(next, first), ...foreign);
    moved.push(...foreign);
    next = last + 1;
  }
  const behind = lines.slice(next);
  return { rest: [...kept, ...behind].join(''), moved, isLast: behind.every((line) => line.trim() === '') };
}

const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/**
 * Brings the one block about: behind the text where it is new or changes, with white space at the end
 * of the text trimmed, as the patcher does; else where it stands. What is between several blocks of
 * the patcher stays, in contrast to it.
 */
function wire(text: string, wish: BlockWish): TextEdit {
  const lines = splitLines(text);
  const pairs = findPairs(lines);
  if (pairs === 'damaged') return { kind: 'damaged' };
  const block = blockLines(wish);
  const [only, ...others] = pairs;
  const standing = only === undefined ? [] : lines.slice(only.first, only.last + 1).map((line) => line.trimEnd());
  if (others.length === 0 && standing.join('\n') === block.join('\n')) return { kind: 'text', text, notes: [] };
  const taken = takeOut(lines, pairs, wish.zones);
  if (taken === 'damaged') return { kind: 'damaged' };
  const eol = eolOf(text);
  const base = taken.rest.trim() === '' ? '' : taken.rest.trimEnd() + eol;
  return { kind: 'text', text: base + block.map((line) => line + eol).join(''), notes: noteOfMoved(taken.moved) };
}

function unwire(text: string, end?: TextEnd): TextEdit {
  const lines = splitLines(text);
  const pairs = findPairs(lines);
  const taken = pairs === 'damaged' ? 'damaged' : takeOut(lines, pairs, []);
  if (pairs === 'damaged' || taken === 'damaged') return { kind: 'damaged' };
  if (pairs.length === 0) return { kind: 'text', text, notes: [] };
  const restored = taken.isLast && end !== undefined ? taken.rest.trimEnd() + end : taken.rest;
  return { kind: 'text', text: restored, notes: noteOfMoved(taken.moved) };
}

function endOf(text: string): TextEnd {
  const end = text.slice(text.trimEnd().length);
  return end === eolOf(text) && end !== text ? undefined : end;
}

/** The block of cross-cluster-connectivity: its own patcher sees no difference, and its blocks are taken over. */
export const XCC_BLOCK: BlockStyle = {
  marks: [BEGIN, END],
  hasMarks: (text) => splitLines(text).some((line) => line.trim() === BEGIN || line.trim() === END),
  wire,
  unwire,
  endOf,
};
