import type { CheckStatus } from '../diagnose/check.ts';
import type { Hop, HopState, TracePath } from '../diagnose/trace/hop.ts';
import type { TraceReport } from '../diagnose/trace/trace-service.ts';
import { type Marks, plainMarks } from './present-diagnose.ts';

const STATUS: Readonly<Record<HopState, CheckStatus>> = { ok: 'pass', warning: 'warn', broken: 'fail', untested: 'skip', 'not reached': 'skip' };
const TITLE_WIDTH = 29;
const INDENT = ' '.repeat(7);

/** What the lag means depends on whether the copy has followed. */
function describeLag({ lagSeconds, state }: Hop): string {
  if (lagSeconds === undefined) return '';
  return state === 'ok' || state === 'warning' ? `${lagSeconds} s after its original` : `since ${lagSeconds} s`;
}

function hopLines(hop: Hop, { command, dim, mark }: Marks): readonly string[] {
  const { cluster, evidence, fix, object, owner, state, title } = hop;
  const head = `  ${mark(STATUS[state])} ${title.padEnd(TITLE_WIDTH)} ${cluster}`;
  const lag = describeLag(hop);
  const [first = '', ...more] = evidence;
  if (state === 'ok') return [`${head}${dim(`: ${[first, ...more].join('; ')}${lag === '' ? '' : ` (${lag})`}`)}`];
  if (state === 'untested') return [`${head}: not tested: ${[first, ...more].join('; ')}`];
  const facts = [...(state === 'broken' ? [`object: ${object}`, `owner:  ${owner}`] : []), ...(lag === '' ? [] : [`lag:    ${lag}`])];
  return [`${head}: ${first}`, ...more.map((line) => `${INDENT}${line}`), ...facts.map((line) => `${INDENT}${line}`), ...fix.map((line) => `${INDENT}fix:    ${command(line)}`)];
}

/** `west -> east`: who calls, and whose endpoints answer. */
const nameOf = ({ from, to }: Pick<TracePath, 'from' | 'to'>): string => `${from} -> ${to}`;

function pathText({ hops }: TracePath, marks: Marks): string {
  const missed = hops.filter(({ state }) => state === 'not reached');
  const rest = missed.length === 0 ? [] : [marks.dim(`  not looked at behind it: ${missed.map(({ title }) => title).join(', ')}`)];
  return [...hops.filter(({ state }) => state !== 'not reached').flatMap((hop) => hopLines(hop, marks)), ...rest].join('\n');
}

/** Callers for whom the way looks the same, because it breaks before it comes to them, are told once. */
function pathBlocks(paths: readonly TracePath[], marks: Marks): readonly string[] {
  const blocks = Map.groupBy(paths, (path) => `${path.to}\n${pathText(path, marks)}`);
  return [...blocks.values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [marks.bold(nameOf({ from: alike.map(({ from }) => from).join(', '), to: first.to })), pathText(first, marks), ''];
  });
}

function verdictOf({ brokenAt, hops }: TracePath): string {
  const hop = hops.find(({ id }) => id === brokenAt);
  if (hop !== undefined) return `broken at "${hop.title}" in ${hop.cluster}: ${hop.evidence[0] ?? ''}`;
  const open = hops.filter(({ state }) => state === 'untested');
  return open.length === 0 ? 'whole' : `nothing broken; not tested: ${open.map(({ title }) => title).join(', ')}`;
}

function summaryLine({ name, namespace, paths }: TraceReport): string {
  const failed = paths.filter(({ brokenAt }) => brokenAt !== undefined).length;
  const count = `${paths.length} ${paths.length === 1 ? 'path' : 'paths'}`;
  if (paths.length === 0) return `${namespace}/${name}: nothing to follow`;
  if (failed > 0) return `${namespace}/${name}: ${failed} of ${count} broken`;
  const isWhole = paths.every(({ hops }) => hops.every(({ state }) => state !== 'untested'));
  return `${namespace}/${name}: ${isWhole ? `${count}, each whole` : `nothing broken on ${count}, but not every hop was tested`}`;
}

/** All paths, hop by hop. */
export function formatTrace(report: TraceReport, marks: Marks = plainMarks): string {
  return [...pathBlocks(report.paths, marks), summaryLine(report)].join('\n');
}

/** A line for each path. */
export function formatTraceShort({ paths }: Pick<TraceReport, 'paths'>): string {
  return paths.map((path) => `${nameOf(path)}: ${verdictOf(path)}`).join('\n');
}

/** What was left out, a line each. */
export function traceRemarks({ notTraced }: Pick<TraceReport, 'notTraced'>): readonly string[] {
  return notTraced.map(({ cluster, reason }) => `Not traced from ${cluster}: ${reason}`);
}
