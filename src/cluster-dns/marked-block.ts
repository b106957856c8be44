import { type BlockStyle, type BlockWish, MOVED, noteOfMoved, splitLines, type TextEdit } from './block-text.ts';
import { depthChange, readLine } from './corefile.ts';

const START = '# mcs-start';
const END = '# mcs-end';

function blockLines({ zones, port, upstream, bind = [] }: BlockWish): string[] {
  const listen = bind.length > 0 ? [`    bind ${bind.join(' ')}`] : [];
  return [`${zones.map((zone) => `${zone}:${port}`).join(' ')} {`, '    errors', ...listen, `    forward . ${upstream}`, '}'];
}

/** The start mark carries what was written, so that a later change of ours is told from an edit by hand. */
function startLine({ zones, port, upstream, bind = [] }: BlockWish): string {
  return `${START} ${zones.join(',')} ${port} ${upstream}${bind.map((address) => ` ${address}`).join('')} - kept by mcs, lines of yours belong outside`;
}

function parseStart(line: string): BlockWish | undefined {
  const [zones, port, upstream, ...rest] = line.slice(START.length).trim().split(/\s+/);
  const bind = rest.slice(0, Math.max(0, rest.indexOf('-')));
  if (zones === undefined || port === undefined || upstream === undefined || !/^\d+$/.test(port)) return undefined;
  return { zones: zones.split(','), port: Number(port), upstream, ...(bind.length > 0 && { bind }) };
}

interface Found {
  readonly first: number;
  /** The line of the end mark. */
  readonly last: number;
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

/** Brings our block about: first in the text where it is new, else where it stands. Lines of others are kept. */
export function wireText(text: string, wish: BlockWish): TextEdit {
  const taken = takeOut(text);
  if (taken === 'damaged') return { kind: 'damaged' };
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = [startLine(wish), ...blockLines(wish), END].map((line) => line + eol).join('');
  if (taken === undefined) return { kind: 'text', text: block + text, notes: [] };
  return { kind: 'text', text: taken.before + block + taken.moved.join('') + taken.after, notes: noteOfMoved(taken.moved) };
}

/** Takes exactly our block out. A text without one is given back as it is. */
export function unwireText(text: string): TextEdit {
  const taken = takeOut(text);
  if (taken === 'damaged') return { kind: 'damaged' };
  if (taken === undefined) return { kind: 'text', text, notes: [] };
  return { kind: 'text', text: taken.before + taken.moved.join('') + taken.after, notes: noteOfMoved(taken.moved) };
}

/** The block of a member: first in the text, between `# mcs-start` and `# mcs-end`. */
export const MCS_BLOCK: BlockStyle = { marks: [START, END], hasMarks, wire: wireText, unwire: unwireText };
