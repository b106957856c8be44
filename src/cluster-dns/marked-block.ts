import { depthChange, readLine } from './corefile.ts';

const START = '# mcs-start';
const END = '# mcs-end';
/** Leads a line that stood inside of our server block, where it has no other place. */
const MOVED = '# moved by mcs out of its block: ';

export interface BlockWish {
  readonly domain: string;
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

function blockLines({ domain, port, upstream, bind = [] }: BlockWish): string[] {
  const listen = bind.length > 0 ? [`    bind ${bind.join(' ')}`] : [];
  return [`${domain}:${port} {`, '    errors', ...listen, `    forward . ${upstream}`, '}'];
}

/** The start mark carries what was written, so that a later change of ours is told from an edit by hand. */
function startLine({ domain, port, upstream, bind = [] }: BlockWish): string {
  return `${START} ${domain} ${port} ${upstream}${bind.map((address) => ` ${address}`).join('')} - kept by mcs, lines of yours belong outside`;
}

function parseStart(line: string): BlockWish | undefined {
  const [domain, port, upstream, ...rest] = line.slice(START.length).trim().split(/\s+/);
  const bind = rest.slice(0, Math.max(0, rest.indexOf('-')));
  if (domain === undefined || port === undefined || upstream === undefined || !/^\d+$/.test(port)) return undefined;
  return { domain, port: Number(port), upstream, ...(bind.length > 0 && { bind }) };
}

interface Found {
  readonly first: number;
  /** The line of the end mark. */
  readonly last: number;
}

/** Lines with their ends, so that joining them gives the text again, byte for byte. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Place of the marks; undefined where there are none. */
function findMarks(lines: readonly string[]): Found | 'damaged' | undefined {
  const places = (mark: string): number[] => lines.flatMap((line, index) => (line.trim() === mark || line.trim().startsWith(`${mark} `) ? [index] : []));
  const [starts, ends] = [places(START), places(END)];
  const [first, last] = [starts[0], ends[0]];
  if (first === undefined && last === undefined) return undefined;
  if (first === undefined || last === undefined || starts.length > 1 || ends.length > 1 || last < first) return 'damaged';
  return { first, last };
}

/** Whether a text carries our marks, whole or not. */
export function hasMarks(text: string): boolean {
  return findMarks(splitLines(text)) !== undefined;
}

/** What somebody put between our marks, fit to stand below them: whole server blocks as they are, the rest as comments. */
function foreignLines(inside: readonly string[], ours: readonly string[]): string[] {
  const moved: string[] = [];
  let expected = 0;
  let depth = 0;
  /** Within a server block of somebody else. */
  let isForeign = false;
  for (const line of inside) {
    const content = line.trim();
    // in their order, of which some may be missing; a brace that closes an option stands deeper than ours
    const at = ours.findIndex((own, index) => index >= expected && own.trim() === content && depth === Math.min(index, 1));
    const isOurs = !isForeign && at >= 0;
    if (depth === 0 && !isOurs && content !== '') isForeign = true;
    if (isOurs) expected = at + 1;
    else if (isForeign || content.startsWith('#')) moved.push(line);
    else if (content !== '') moved.push(line.replace(/^\s*/, MOVED));
    depth += depthChange(readLine(line));
    if (depth <= 0) isForeign = false;
  }
  return moved;
}

interface Taken {
  /** Everything that is not ours, in its order. */
  readonly before: string;
  readonly after: string;
  readonly moved: readonly string[];
}

function takeOut(text: string): Taken | 'damaged' | undefined {
  const lines = splitLines(text);
  const found = findMarks(lines);
  if (found === undefined || found === 'damaged') return found;
  const written = parseStart((lines[found.first] ?? '').trim());
  const inside = lines.slice(found.first + 1, found.last);
  const moved = foreignLines(inside, written === undefined ? [] : blockLines(written));
  return { before: lines.slice(0, found.first).join(''), after: lines.slice(found.last + 1).join(''), moved };
}

function noteOf(moved: readonly string[]): string[] {
  if (moved.length === 0) return [];
  const shown = moved.map((line) => line.replace(MOVED, '').trim()).slice(0, 5);
  return [`${moved.length === 1 ? 'a line that is' : `${moved.length} lines that are`} not ours stood in the block and now stand${moved.length === 1 ? 's' : ''} below it: ${shown.join(' | ')}`];
}

/** Brings our block about: first in the text where it is new, else where it stands. Lines of others are kept. */
export function wireText(text: string, wish: BlockWish): TextEdit {
  const taken = takeOut(text);
  if (taken === 'damaged') return { kind: 'damaged' };
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = [startLine(wish), ...blockLines(wish), END].map((line) => line + eol).join('');
  if (taken === undefined) return { kind: 'text', text: block + text, notes: [] };
  return { kind: 'text', text: taken.before + block + taken.moved.join('') + taken.after, notes: noteOf(taken.moved) };
}

/** Takes exactly our block out. A text without one is given back as it is. */
export function unwireText(text: string): TextEdit {
  const taken = takeOut(text);
  if (taken === 'damaged') return { kind: 'damaged' };
  if (taken === undefined) return { kind: 'text', text, notes: [] };
  return { kind: 'text', text: taken.before + taken.moved.join('') + taken.after, notes: noteOf(taken.moved) };
}
