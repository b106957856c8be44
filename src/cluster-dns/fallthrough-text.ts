import { CLUSTER_DOMAIN } from '../api/names.ts';
import { splitLines } from './block-text.ts';
import { depthChange, parseCorefile, parseServerKey, readLine } from './corefile.ts';
import type { FallthroughRefusal } from './wiring-status.ts';

const MARK = '# mcs-fallthrough';
const MARKED = /# mcs-fallthrough (?:added|was ("(?:\\.|[^"\\])*"))\s*$/;

export type FallthroughEdit = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'refused'; readonly reason: FallthroughRefusal };

interface PlacedLine {
  readonly index: number;
  /** 1: a plugin of a server block; 2: an option of one. */
  readonly depth: number;
  /** Number of the server block. */
  readonly block: number;
  readonly tokens: readonly string[];
  readonly opens: boolean;
}

function placeLines(lines: readonly string[]): PlacedLine[] {
  let depth = 0;
  let block = -1;
  return lines.map((text, index) => {
    const line = readLine(text);
    const placed = { index, depth, block, tokens: line.closes ? [] : line.tokens, opens: line.opens };
    if (depth === 0 && line.opens) block += 1;
    depth += depthChange(line);
    return placed;
  });
}

const isInside = (zone: string): boolean => zone === CLUSTER_DOMAIN || zone.endsWith(`.${CLUSTER_DOMAIN}`) || CLUSTER_DOMAIN.endsWith(`.${zone}`);
const zoneOf = (key: string): string => parseServerKey(key).zone;

interface Stanza {
  /** Line of the plugin `kubernetes`. */
  readonly header: PlacedLine;
  readonly options: readonly PlacedLine[];
  /** Before this line another `forward` of the server block is not met yet, nor an `import` that may bring one: the first that matches answers. */
  readonly first: number;
}

/** The one stanza that answers for cluster.local, or why there is none that can be edited. */
function findStanza(text: string, lines: readonly string[]): Stanza | FallthroughRefusal {
  const blocks = parseCorefile(text)?.blocks;
  if (blocks === undefined) return 'unreadable';
  const placed = placeLines(lines);
  const plugins = placed.filter(({ depth }) => depth === 1);
  const [header, ...others] = plugins.filter(({ tokens }) => tokens[0] === 'kubernetes');
  if (header === undefined) return 'no-kubernetes';
  if (others.length > 0) return 'several-kubernetes';
  const keys = blocks[header.block]?.keys ?? [];
  const zones = (header.tokens.length > 1 ? header.tokens.slice(1) : keys).map(zoneOf);
  if (!zones.includes(CLUSTER_DOMAIN)) return 'other-domain';
  const isServedElsewhere = blocks.some((block, index) => index !== header.block && block.keys.some((key) => zoneOf(key) !== '.' && isInside(zoneOf(key))));
  if (!header.opens || keys.some((key) => key.startsWith('(')) || isServedElsewhere) return 'unrecognised';
  const forwards = plugins.filter(({ block, tokens }) => block === header.block && tokens[0] === 'forward');
  if (forwards.some(({ tokens }) => tokens[1] !== undefined && zoneOf(tokens[1]) !== '.' && isInside(zoneOf(tokens[1])))) return 'foreign-forward';
  const end = placed.find(({ index, depth, tokens }) => index > header.index && depth === 1 && tokens.length > 0)?.index ?? lines.length;
  const options = placed.filter(({ index, depth, tokens }) => index > header.index && index < end && depth === 2 && tokens.length > 0);
  const imports = plugins.filter(({ block, tokens }) => block === header.block && tokens[0] === 'import');
  return { header, options, first: Math.min(...[header, ...forwards, ...imports].map(({ index }) => index)) };
}

const indentOf = (line: string | undefined): string => /^\s*/.exec(line ?? '')?.[0] ?? '';
const eolOf = (line: string): string => /\r?\n$/.exec(line)?.[0] ?? '\n';

/** The lines with the stanza passing on what it does not know. Of several `fallthrough` CoreDNS takes the last. */
function openStanza(lines: readonly string[], { header, options }: Stanza): string[] {
  const last = options.findLast(({ tokens }) => tokens[0] === 'fallthrough');
  if (last === undefined) {
    const above = lines[header.index] ?? '';
    const indent = options[0] === undefined ? `${indentOf(above)}    ` : indentOf(lines[options[0].index]);
    return lines.toSpliced(header.index + 1, 0, `${indent}fallthrough ${CLUSTER_DOMAIN} ${MARK} added${eolOf(above)}`);
  }
  const zones = last.tokens.slice(1);
  // without zones it passes on all of them
  if (zones.length === 0 || zones.some((zone) => zoneOf(zone) === CLUSTER_DOMAIN)) return [...lines];
  const line = lines[last.index] ?? '';
  const original = line.replace(/\r?\n$/, '');
  return lines.with(last.index, `${indentOf(line)}fallthrough ${[CLUSTER_DOMAIN, ...zones].join(' ')} ${MARK} was ${JSON.stringify(original)}${eolOf(line)}`);
}

/** Whether a text has lines of ours. */
export const hasFallthrough = (text: string): boolean => text.includes(MARK);

/** Whether a line in which something was added says no more than that: a brace that it opens, or a zone, would be somebody's. */
function isAddition({ tokens: [plugin, zone, ...rest], opens, closes }: ReturnType<typeof readLine>): boolean {
  return zone === CLUSTER_DOMAIN && !opens && !closes && rest.length === (plugin === 'forward' ? 1 : 0) && (plugin === 'forward' || plugin === 'fallthrough');
}

/** Whether a line has nothing that neither the original one has nor we have added; what was taken away from it comes back. */
function isExtension({ tokens: [plugin, ...zones], opens }: ReturnType<typeof readLine>, original: string): boolean {
  const [wanted, ...known] = readLine(original).tokens;
  return plugin === wanted && !opens && zones.every((zone) => zone === CLUSTER_DOMAIN || known.includes(zone));
}

/** The line as it was; null for one that we added, undefined for one that is not as it was written. */
function readMarked(line: string): string | null | undefined {
  const found = MARKED.exec(line);
  if (found === null) return undefined;
  if (found[1] === undefined) return isAddition(readLine(line)) ? null : undefined;
  try {
    const original = JSON.parse(found[1]) as string;
    return isExtension(readLine(line), original) ? original + (/\r?\n$/.exec(line)?.[0] ?? '') : undefined;
  } catch {
    return undefined; // the comment was edited
  }
}

/** The text of before, byte for byte; undefined where a line of ours is not as it was written. */
export function unwireFallthrough(text: string): string | undefined {
  const restored: string[] = [];
  for (const line of splitLines(text)) {
    const original = line.includes(MARK) ? readMarked(line) : line;
    if (original === undefined) return undefined;
    if (original !== null) restored.push(original);
  }
  return restored.join('');
}

/**
 * Has the plugin `kubernetes` pass on names of cluster.local that it does not know, and a `forward`
 * that stands before every other one take them to our name server. One marked line each.
 */
export function wireFallthrough(text: string, upstream: string): FallthroughEdit {
  const base = unwireFallthrough(text);
  if (base === undefined) return { kind: 'refused', reason: 'damaged-marks' };
  const lines = splitLines(base);
  const stanza = findStanza(base, lines);
  if (typeof stanza === 'string') return { kind: 'refused', reason: stanza };
  const above = lines[stanza.header.index] ?? '';
  const forward = `${indentOf(above)}forward ${CLUSTER_DOMAIN} ${upstream} ${MARK} added${eolOf(above)}`;
  return { kind: 'text', text: openStanza(lines, stanza).toSpliced(stanza.first, 0, forward).join('') };
}
