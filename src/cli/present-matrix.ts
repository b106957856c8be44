import type { Verdict } from '../inspect/matrix/aspect.ts';
import type { MatrixPair, MatrixReport } from '../inspect/matrix/make-matrix.ts';
import { formatTime } from './format-time.ts';
import { formatTable } from './sections.ts';

const MARKS: Readonly<Record<Verdict, string>> = { ok: '+', bad: 'x', unknown: '?', off: '-' };
const ASPECTS = ['control', 'dns', 'data'] as const;
const GAP = 3;
/** Pairs that are named for one reason. */
const MAX_SUBJECTS = 3;
/** Room for the name of a cluster before the compact cells. */
const LABEL = 16;

const WIDE_LEGEND = 'Cells: what is not ok from row to column\nof control, DNS and data, and mean RTT\n? not known   no: not set up\n* the two ends disagree';
const LEGEND = 'Cells: control, DNS, data\nfrom the row to the column\n+ ok          x not ok\n? not known   - not set up\n* the two ends disagree';

const starOf = ({ asymmetry }: MatrixPair): string => (asymmetry === undefined ? '' : '*');
const timeOf = ({ data }: MatrixPair): string => formatTime(data.averageRTT ?? '');
const marksOf = (pair: MatrixPair): string => ASPECTS.map((aspect) => MARKS[pair[aspect].verdict]).join('');

/** `ok 1.48ms`, or what is not ok: `data error, dns ? *`. */
function wordsOf(pair: MatrixPair): string {
  const words = ASPECTS.flatMap((aspect) => {
    const { state, verdict } = pair[aspect];
    if (verdict === 'ok') return [];
    return [verdict === 'bad' ? `${aspect} ${state}` : verdict === 'off' ? `no ${aspect}` : `${aspect} ?`];
  });
  return [words.length === 0 ? 'ok' : words.join(', '), timeOf(pair), starOf(pair)].filter((part) => part !== '').join(' ');
}

const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

const byWay = (pairs: readonly MatrixPair[]): ReadonlyMap<string, MatrixPair> => new Map(pairs.map((pair) => [`${pair.from}\n${pair.to}`, pair]));

function cellsOf({ clusters, pairs }: MatrixReport, textOf: (pair: MatrixPair) => string): readonly (readonly string[])[] {
  const ways = byWay(pairs);
  return clusters.map(({ cluster: from }) => clusters.map(({ cluster: to }) => {
    const pair = ways.get(`${from}\n${to}`);
    return pair === undefined ? '.' : textOf(pair);
  }));
}

function wideTable(report: MatrixReport): string {
  const names = report.clusters.map(({ cluster }) => cluster);
  return formatTable(['FROM \\ TO', ...names], cellsOf(report, wordsOf).map((row, index) => [names[index] ?? '', ...row]));
}

const shorten = (text: string): string => (text.length > LABEL ? `${text.slice(0, LABEL - 3)}...` : text);

/** Numbered columns of marks, under each other in as many blocks as the width needs. */
function compactTable(report: MatrixReport, width: number): string {
  const cells = cellsOf(report, (pair) => `${marksOf(pair)}${starOf(pair)}`);
  const label = (index: number): string => `${index + 1} ${shorten(report.clusters[index]?.cluster ?? '')}`;
  const labels = report.clusters.map((_, index) => label(index));
  const room = width - Math.max(...labels.map(({ length }) => length), 'FROM \\ TO'.length);
  const perBlock = Math.max(1, Math.floor(room / (GAP + 4)));
  const blocks: string[] = [];
  for (let start = 0; start < labels.length; start += perBlock) {
    const columns = labels.slice(start, start + perBlock).map((_, offset) => String(start + offset + 1));
    blocks.push(formatTable(['FROM \\ TO', ...columns], cells.map((row, index) => [labels[index] ?? '', ...row.slice(start, start + perBlock)])));
  }
  return blocks.join('\n\n');
}

/** Whom an aspect is about: DNS one cluster, control two, data one direction. */
function subjectOf({ from, to }: MatrixPair, aspect: (typeof ASPECTS)[number]): string {
  if (aspect === 'dns') return from;
  return aspect === 'data' ? `${from} -> ${to}` : [from, to].toSorted().join(' - ');
}

function listSome(subjects: readonly string[]): string {
  const more = subjects.length - MAX_SUBJECTS;
  return `${subjects.slice(0, MAX_SUBJECTS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Why cells are not ok; what holds for many of them is said once. */
function reasons({ pairs }: MatrixReport): readonly string[] {
  const said = new Map<string, Set<string>>();
  for (const pair of pairs) {
    for (const aspect of ASPECTS) {
      const { message, state, verdict } = pair[aspect];
      if (verdict === 'ok') continue;
      const what = `${aspect} ${state === 'unknown' ? 'not known' : state}${message === '' ? '' : `: ${message}`}`;
      said.set(what, (said.get(what) ?? new Set()).add(subjectOf(pair, aspect)));
    }
  }
  return [...said].map(([what, subjects]) => `${listSome([...subjects])}: ${what}`);
}

function asymmetries({ pairs, clusters }: MatrixReport): readonly string[] {
  const order = new Map(clusters.map(({ cluster }, index) => [cluster, index]));
  const ways = byWay(pairs);
  const firsts = pairs.filter(({ asymmetry, from, to }) => asymmetry !== undefined && (order.get(from) ?? 0) < (order.get(to) ?? 0));
  return firsts.map(({ asymmetry, data, from, to }) => {
    const back = ways.get(`${to}\n${from}`)?.data;
    return asymmetry === 'rtt' ? `${from} - ${to}: * RTT ${formatTime(data.averageRTT ?? '-')} there, ${formatTime(back?.averageRTT ?? '-')} back` : `${from} - ${to}: * ${from} says ${data.state}, ${to} says ${back?.state ?? '-'}`;
  });
}

/** What is not ok and why, a sentence each: first the tunnels whose ends disagree. */
export function matrixRemarks(report: MatrixReport): readonly string[] {
  return [...asymmetries(report), ...reasons(report)];
}

/** The matrix in words where that fits, else in marks; then why cells are not ok. Without `width` it has words. */
export function formatMatrix(report: MatrixReport, width = Infinity): string {
  if (report.clusters.length === 0) return report.unread.length === 0 ? 'no member in these clusters' : 'no member in these clusters (as far as the clusters could be read)';
  const wide = wideTable(report);
  const isWide = widthOf(wide) <= width;
  const table = isWide ? wide : compactTable(report, width);
  const why = matrixRemarks(report).join('\n');
  return [table, ...(report.pairs.length === 0 ? [] : [isWide ? WIDE_LEGEND : LEGEND]), ...(why === '' ? [] : [why])].join('\n\n');
}

/** A line for each pair. */
export function formatPairs({ pairs }: MatrixReport): string {
  const rows = pairs.map((pair) => [pair.from, pair.to, ...ASPECTS.map((aspect) => pair[aspect].state.replaceAll(' ', '-')), timeOf(pair), pair.asymmetry ?? '-']);
  return rows.length === 0 ? '' : formatTable(['FROM', 'TO', 'CONTROL', 'DNS', 'DATA', 'RTT', 'ASYMMETRY'], rows);
}
